# Ten Thousand Sockets: `make` alone lists what can be made.

.DEFAULT_GOAL := help
SHELL := /bin/bash
MODULES := node_modules/.package-lock.json

.PHONY: help start test check versions bench traces site tools clean nc curl ss chromium tcpdump tc cc strace perf wrk prometheus

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

start: $(MODULES) ## Install, then serve the workshop's site, and open it on a desktop; says what to run next
	@printf "\nThe workshop is at the address below. Its first server, in a second terminal:\n\n  npx tsx chapters/01-iterative/server.ts\n"
	@if [ -t 1 ] && [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then open=--open; fi; npx vitepress dev site $$open

test: $(MODULES) nc curl chromium tcpdump strace prometheus check ## Install what the tests need, a browser included, then run everything
	npx ava
	npx lab verify

check: $(MODULES) ## Check types, format and lint
	npx tsc
	npx tsc -p lab/dashboard/page
	npx biome check --error-on-warnings .

versions: $(MODULES) ## Run the conformance suite on Node 20.19, 22, 24 and 26, fetched from npm
	@arch=$$(node -p process.arch); \
	for version in 20.19 22 24 26; do \
	  npx -y -p node-linux-$$arch@$$version -c 'echo "Node $$(node -p process.versions.node)" && node node_modules/ava/entrypoints/cli.mjs chapters/conformance.test.ts' || exit; \
	done

bench: $(MODULES) cc strace wrk ## Measure all that the chapters show, in about an hour and a half
	npx tsx lab/bench/bench.ts

traces: $(MODULES) strace ## Record a run of each server, which the site replays
	npx tsx lab/traces/record.ts

site: $(MODULES) ## Build the site as plain files in site/.vitepress/dist
	npx vitepress build site

tools: nc curl ss strace tcpdump tc perf wrk cc chromium prometheus ## Install all programs that the texts, the tests and the lab call

clean: ## Remove everything that was installed or built
	rm -rf node_modules site/.vitepress/cache site/.vitepress/dist

# npm ci writes this file last, so it is there only when the installation is whole.
$(MODULES): package.json package-lock.json .npmrc
	npm ci
	@touch $@

# Real clients for the tests, nc with -N among them, Chromium for the site, who looks at segments and system calls, and Prometheus; for the
# benchmark a compiler of C, and another load client. Debian's packages, where one is missing.
has = command -v $@ > /dev/null
nc: has = nc -h 2>&1 | grep -q -- -N
package = $@
nc: package = netcat-openbsd
cc: package = gcc libc6-dev
prometheus: package = --no-install-recommends prometheus
# Its package would have systemd start a server; the tests start their own.
prometheus: before = [ ! -d /run/systemd/system ] || $$sudo systemctl mask -q prometheus.service
before = true
ss tc: package = iproute2
perf: package = linux-perf
nc curl ss chromium tcpdump tc cc strace perf wrk prometheus:
	@$(has) || { \
	  sudo=; (( EUID == 0 )) || sudo=sudo; \
	  echo "installing $(package)"; \
	  $(before); \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(package) > /dev/null; \
	}
