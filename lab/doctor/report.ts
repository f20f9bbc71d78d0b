/** What the doctor says, for a terminal. */

import { type Facts, type LinuxFacts, TOOLS, type Tool } from './facts.ts';
import { packageOf, platformName, type Reason, type State, type Verdict } from './verdicts.ts';

/** What tools are for that no chapter's text calls. */
const USES: Partial<Record<Tool, string>> = {
  tcpdump: 'make test, chapter 15',
  tc: 'slow networks of your own',
  perf: 'lab profile --perf',
  wrk: 'make bench',
  cc: 'make bench',
  chromium: 'make test',
};

/** The lines of a report. */
export function* report(facts: Facts, verdicts: readonly Verdict[]): Generator<string> {
  const { platform, arch, node, kernel, linux } = facts;
  yield row('machine', `${platform === 'linux' ? 'Linux' : platformName(platform)} ${kernel}, ${arch}, Node ${node}`);
  if (linux !== undefined && linux.unreachable === undefined) yield* limits(linux);
  yield '';
  const width = Math.max(...verdicts.map(({ chapter }) => chapter.length));
  const everywhere = common(verdicts);
  for (const { chapter, state, reasons } of verdicts) {
    yield `${chapter.padEnd(width)}  ${state}`;
    for (const reason of reasons.filter((one) => !isAmong(one, everywhere)))
      yield* explain(reason, ' '.repeat(width + 2));
  }
  if (everywhere.length > 0) yield '\nEach of them:';
  for (const reason of everywhere) yield* explain(reason, '  ');
  yield '';
  yield conclusion(verdicts);
}

function row(name: string, text: string): string {
  return `${name.padEnd(13)} ${text}`;
}

function* limits({ descriptors, ports, backlog, cores, group, tools, ...rest }: LinuxFacts): Generator<string> {
  const { uringRefused, uringDisabled } = rest;
  const setting = uringDisabled === undefined ? '' : ` (kernel.io_uring_disabled = ${uringDisabled})`;
  yield row('io_uring', `${uringRefused === undefined ? 'allowed' : 'refused'}${setting}`); // why, chapter 13 says below
  yield row(
    'descriptors',
    `${count(descriptors.soft)} in a process, ${count(descriptors.hard)} at most (ulimit -n, -Hn)`,
  );
  yield row('ports', `${count(ports)} ephemeral for each target; a backlog of ${count(backlog)} at most`);
  const { cores: quota, memory, tasks } = group;
  const bounds = [
    ...(quota === undefined ? [] : [`${quota.toFixed(1)} cores`]),
    ...(memory === undefined ? [] : [`${count(memory / 2 ** 20)} MiB of memory`]),
    ...(tasks === undefined ? [] : [`${count(tasks)} tasks`]),
  ];
  yield row('cores', `${cores}, with ${count(rest.memory / 2 ** 20)} MiB of memory`);
  yield row('control group', bounds.length === 0 ? 'no bounds' : bounds.join(', '));
  yield row('tools', TOOLS.filter((tool) => tools[tool]).join(', ') || 'none');
  for (const tool of TOOLS.filter((one) => !tools[one])) {
    const use = USES[tool] === undefined ? '' : ` for ${USES[tool]}`;
    yield row('', `no ${tool}${use}: ${packageOf(tool)}`);
  }
}

function* explain({ why, change }: Reason, indent: string): Generator<string> {
  yield `${indent}${why}`;
  yield `${indent}→ ${change}`;
}

/** The reasons that all chapters have, which are said once. */
function common(verdicts: readonly Verdict[]): Reason[] {
  const [first, ...others] = verdicts;
  return (first?.reasons ?? []).filter((reason) => others.every(({ reasons }) => isAmong(reason, reasons)));
}

function isAmong({ why }: Reason, reasons: readonly Reason[]): boolean {
  return reasons.some((reason) => reason.why === why);
}

function conclusion(verdicts: readonly Verdict[]): string {
  const number = (state: State): number => verdicts.filter((verdict) => verdict.state === state).length;
  const parts = [`${number('native')} native`, `${number('limited')} limited`, `${number('not here')} not here`];
  return `${verdicts.length} chapters: ${parts.join(', ')}`;
}

function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : 'any number';
}
