/** What the doctor concludes from facts that are made up: every kind of no, and what it says to change. */

import test from 'ava';
import { readDemands, startedBy, toolsOf } from './demands.ts';
import { type Facts, type LinuxFacts, TOOLS, type Tool } from './facts.ts';
import { controlGroup } from './linux.ts';
import { report } from './report.ts';
import { type Verdict, verdicts } from './verdicts.ts';

const demands = readDemands();
const names = demands.map(({ name }) => name);
const tools = Object.fromEntries(TOOLS.map((tool) => [tool, true])) as Record<Tool, boolean>;
const linux: LinuxFacts = {
  uringDisabled: 0,
  descriptors: { soft: 1024, hard: 20_000 },
  ports: 28_232,
  backlog: 4096,
  cores: 2,
  memory: 2 ** 34,
  group: {},
  tools,
};
const fine: Facts = { platform: 'linux', arch: 'x64', node: '22.1.0', kernel: '6.8.0-45-generic', linux };

/** The chapters that are not native, each with its state, its reasons and what to change. */
function complaints(facts: Facts): Record<string, string[]> {
  const entries = verdicts(facts, demands).map(({ chapter, state, reasons }): [string, string[]] => [
    chapter.slice(0, 2),
    state === 'native' ? [] : [state, ...reasons.flatMap(({ why, change }) => [why, change])],
  ]);
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0));
}

function having(some: Partial<LinuxFacts>, others: Partial<Facts> = {}): Facts {
  return { ...fine, ...others, linux: { ...linux, ...some } };
}

test('with all that it takes every chapter runs', (t) => {
  t.deepEqual(complaints(fine), {});
  t.true(names.length >= 18);
});

for (const [platform, called] of [
  ['darwin', 'macOS'],
  ['win32', 'Windows'],
  ['freebsd', 'freebsd'],
] as const) {
  test(`without Linux nothing runs: ${platform}`, (t) => {
    const { linux: _, ...others } = fine;
    const facts: Facts = { ...others, platform };
    const found = complaints(facts);
    t.deepEqual(Object.keys(found).sort(), names.map((name) => name.slice(0, 2)).sort());
    for (const [state, why, change] of Object.values(found)) {
      t.is(state, 'not here');
      t.is(why, `its system calls are Linux's, and this is ${called}`);
      t.regex(change!, /\.devcontainer/);
    }
    const text = [...report(facts, verdicts(facts, demands))].join('\n');
    t.is(text.split('.devcontainer').length, 2, 'said once, and not for each');
    t.true(text.startsWith(`machine       ${called} `));
  });
}

test('another processor, an old Node, a C library that cannot be called: nothing runs', (t) => {
  for (const [facts, why] of [
    [{ ...fine, arch: 'riscv64' }, /riscv64/],
    [{ ...fine, node: '20.18.3' }, /Node 20\.18\.3 is too old/],
    [having({ unreachable: 'Cannot find the native Koffi module' }), /native Koffi/],
  ] as const) {
    const found = Object.values(complaints(facts));
    t.is(found.length, names.length);
    for (const [state, reason] of found) {
      t.is(state, 'not here');
      t.regex(reason!, why);
    }
  }
  for (const node of ['20.19.0', '24.0.0', '26.1.2']) t.deepEqual(complaints({ ...fine, node }), {});
});

test('io_uring: what forbids it decides what to change', (t) => {
  const uringRefused = 'io_uring is refused';
  const change = (facts: Facts): string | undefined => {
    const { 13: only, ...others } = complaints(facts);
    t.deepEqual(others, {});
    t.deepEqual(only?.slice(0, 2), ['not here', uringRefused]);
    return only?.[2];
  };
  t.is(change(having({ uringRefused, uringDisabled: 2 })), 'sysctl -w kernel.io_uring_disabled=0');
  t.regex(change(having({ uringRefused, uringDisabled: 0 }))!, /seccomp=unconfined/);
  t.is(change(having({ uringRefused }, { kernel: '5.15.0' })), 'Linux 6.1 or later');
});

test('a kernel without openat2 cannot run chapter 17', (t) => {
  t.deepEqual(complaints({ ...fine, kernel: '5.4.0-100' }), {
    17: ['not here', 'Linux 5.4.0-100 has no openat2', 'Linux 5.6 or later'],
  });
});

test('few descriptors limit those who hold thousands, and fewer still select', (t) => {
  const some = complaints(having({ descriptors: { soft: 1024, hard: 4096 } }));
  t.deepEqual(Object.keys(some).sort(), ['08', '09', '10', '11', '12', '13', '14']);
  const [state, why, change] = some['09']!;
  t.is(state, 'limited');
  t.is(why, 'a process may have 4,096 descriptors, so 4,048 clients and not 10,000');
  t.regex(change!, /^ulimit -Hn 10048/);
  const few = complaints(having({ descriptors: { soft: 1024, hard: 1024 } }));
  t.is(few['02']![0], 'limited');
  t.deepEqual(complaints(having({ descriptors: { soft: 1024, hard: 10_048 } })), {}, 'just enough');
  t.deepEqual(complaints(having({ descriptors: { soft: 1024, hard: Number.POSITIVE_INFINITY } })), {});
});

test('one core, or the time of one, limits those who compute at the same time', (t) => {
  for (const [some, why] of [
    [{ cores: 1 }, /one core/],
    [{ group: { cores: 0.5 } }, /0\.5 of a core/],
  ] as const) {
    const found = complaints(having(some));
    t.deepEqual(Object.keys(found).sort(), ['05', '06', '07', '10', '11', '12', '14']);
    for (const [state, reason, change] of Object.values(found)) {
      t.is(state, 'limited');
      t.regex(reason!, why);
      t.regex(change!, /two cores/);
    }
  }
  t.deepEqual(complaints(having({ group: { cores: 2 } })), {});
});

test('few tasks and little memory limit a thread and a process for each client', (t) => {
  const tasks = complaints(having({ group: { tasks: 100 } }));
  t.deepEqual(Object.keys(tasks), ['04'], '64 threads fit, 32 processes do not');
  t.regex(tasks['04']![1]!, /may have 100 tasks, and 32 clients take 396/);
  t.deepEqual(Object.keys(complaints(having({ group: { tasks: 50 } }))).sort(), ['03', '04']);
  const group = { memory: 512 * 2 ** 20 };
  const memory = complaints(having({ group }));
  t.deepEqual(Object.keys(memory), ['03']);
  t.regex(memory['03']![1]!, /memory for 36 clients at once, and not for 64/);
  t.deepEqual(Object.keys(complaints(having({ memory: 256 * 2 ** 20 }))).sort(), ['03', '04']);
});

test('a missing tool limits the chapters whose texts call it, and names its package', (t) => {
  const without = (tool: Tool): Record<string, string[]> => complaints(having({ tools: { ...tools, [tool]: false } }));
  t.deepEqual(without('curl')['01'], ['limited', 'it calls curl, which is missing', 'apt-get install curl']);
  t.regex(without('nc')['09']!.join(), /an nc that knows -N.*netcat-openbsd/);
  t.deepEqual(Object.keys(without('tcpdump')), ['15']);
  t.deepEqual(without('wrk'), {}, 'no text calls it');
});

test('the worst reason is the verdict, and all reasons are told', (t) => {
  const facts = having({ uringRefused: 'no', descriptors: { soft: 64, hard: 64 }, tools: { ...tools, strace: false } });
  const found = verdicts(facts, demands).find(({ chapter }) => chapter === '13-io-uring') as Verdict;
  t.is(found.state, 'not here');
  t.deepEqual(
    found.reasons.map(({ state }) => state),
    ['not here', 'limited', 'limited'],
  );
  const text = [...report(facts, verdicts(facts, demands))].join('\n');
  t.regex(text, /^13-io-uring +not here\n +no\n +→ /m);
  t.regex(text, /^18 chapters: \d+ native, \d+ limited, 1 not here$/m);
});

test('what a text calls is what is typed in it', (t) => {
  const text = ['```sh', 'echo PING | nc -N host 1 & strace -c x', '```', '```console', '$ ss -ltn', 'wrk says', '```'];
  t.deepEqual(toolsOf(text.join('\n')), ['nc', 'ss', 'strace']);
  t.deepEqual(toolsOf('nc and curl are clients, and `strace -f` shows'), ['strace']);
  t.deepEqual(startedBy("spawn('tcpdump', words); spawnSync('ls')"), ['tcpdump']);
});

test('control groups: the least of the own group and those above, in both versions', (t) => {
  const reader = (files: Record<string, string>) => (path: string) => files[path];
  t.deepEqual(controlGroup(reader({})), {});
  const second = {
    '/proc/self/cgroup': '0::/user/job',
    '/sys/fs/cgroup/user/job/cpu.max': 'max 100000',
    '/sys/fs/cgroup/user/cpu.max': '150000 100000',
    '/sys/fs/cgroup/user/job/memory.max': '2147483648',
    '/sys/fs/cgroup/user/memory.max': 'max',
    '/sys/fs/cgroup/user/job/pids.max': '200',
    '/sys/fs/cgroup/user/pids.max': '100',
  };
  t.deepEqual(controlGroup(reader(second)), { cores: 1.5, memory: 2 ** 31, tasks: 100 });
  const first = {
    '/proc/self/cgroup': '4:memory:/job\n3:cpu,cpuacct:/job\n2:pids:/\n1:name=systemd:/\n0::/',
    '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '50000',
    '/sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': '9223372036854771712',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824',
    '/sys/fs/cgroup/pids/pids.max': 'max',
  };
  t.deepEqual(controlGroup(reader(first)), { cores: 0.5, memory: 2 ** 30 });
});
