import type { SystemHealth } from '@plataforma/database-system'
import type { DemoResult } from '../demo-result.js'
import type { PoolFigures } from '../platform/pool-watch.js'
import { proofsHold } from '../proof/prove.js'
import { counted, milliseconds, seconds, whole } from './figures.js'
import type { Style } from './style.js'
import { textTable } from './text-table.js'

const SLOWEST = 5
const DIFFERENCES_SHOWN = 10
const POOLS_SHOWN = 4
const LINE = 92

/** Everything that the demo found out, as lines of text. */
export function summary(result: DemoResult, style: Style): string[] {
  return [
    ...section('Migrations', migrationLines(result, style), style),
    ...section('Modules', moduleLines(result, style), style),
    ...section('Slowest operations, by p95', operationLines(result), style),
    ...section('Pools', poolLines(result.pools, style), style),
    ...section('Isolation', isolationLines(result, style), style),
    ...section('Transactions across modules', consistencyLines(result, style), style),
    ...section('Health', healthLines(result.health, style), style),
    '',
    closingLine(result, style),
  ]
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return ['', style.bold(title), ...lines.map((line) => `  ${line}`)]
}

function migrationLines(
  { migrations: { run, again } }: DemoResult,
  { good, dim }: Style,
): string[] {
  const order = run.applied.map(({ module, name }) => `${module} ${name.split('_')[0]}`)
  return [
    `${good('✓')} ${counted(run.applied.length, 'migration')} of ${counted(run.modules.length, 'module')} in ${seconds(run.durationMs)}, modules beside each other, each after what it depends on:`,
    ...wrapped(order, ' · ').map((line) => `  ${dim(line)}`),
    again.applied.length === 0
      ? `${good('✓')} asked for again: nothing to do, said in ${milliseconds(again.durationMs)} ms`
      : `${counted(again.applied.length, 'migration')} were applied again`,
  ]
}

/** Words in lines that fit. */
function wrapped(words: readonly string[], between: string): string[] {
  const lines: string[] = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line === undefined || line.length + between.length + word.length > LINE) lines.push(word)
    else lines[lines.length - 1] = line + between + word
  }
  return lines
}

function moduleLines({ modules, workload }: DemoResult, { bold, dim }: Style): string[] {
  const columns = [
    { title: 'module' },
    ...['tables', 'rows', 'operations', 'per s', 'p50 ms', 'p95 ms', 'p99 ms'].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ]
  const rows = modules.map(({ name, tables, rows: count }) => {
    const latency = workload.modules.get(name)
    const measured = latency
      ? [
          whole(latency.count),
          (latency.count / workload.seconds).toFixed(1),
          ...[latency.p50, latency.p95, latency.p99].map(milliseconds),
        ]
      : []
    return [name, String(tables), whole(count), ...measured]
  })
  const { total } = workload
  const all = [
    'all',
    whole(sum(modules.map((module) => module.tables))),
    whole(sum(modules.map((module) => module.rows))),
    whole(total.count),
    (total.count / workload.seconds).toFixed(1),
    ...[total.p50, total.p95, total.p99].map(milliseconds),
  ]
  const [titles = '', rule = '', ...body] = textTable(columns, [...rows, all])
  return [dim(titles), dim(rule), ...body.slice(0, -1), dim(rule), bold(body.at(-1) ?? '')]
}

function operationLines({ workload }: DemoResult): string[] {
  const slowest = [...workload.operations]
    .toSorted(([, one], [, other]) => other.p95 - one.p95)
    .slice(0, SLOWEST)
  return textTable(
    [
      { title: 'operation' },
      ...['count', 'p50 ms', 'p95 ms', 'max ms'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    slowest.map(([name, { count, p50, p95, max }]) => [
      name,
      whole(count),
      ...[p50, p95, max].map(milliseconds),
    ]),
  ).filter((_, place) => place !== 1)
}

function poolLines({ budget, mostUsed, change, modules }: PoolFigures, style: Style): string[] {
  const { kind, places, capacity, logins } = budget
  const ofServer =
    kind === 'fixed' || capacity === undefined
      ? ''
      : ` of the ${whole(capacity)} that the server has`
  const raised =
    change &&
    `${style.good('✓')} ${change.module} was given ${change.to} connections instead of ${change.from} while all worked; nobody failed`
  const rows = modules.slice(0, POOLS_SHOWN).map(([name, metrics]) => {
    const { max, share, totalQueries, avgQueryTime, waitTimePercentiles } = metrics
    const times = [avgQueryTime, waitTimePercentiles.p50, waitTimePercentiles.p95]
    return [name, String(max), String(share), whole(totalQueries), ...times.map(milliseconds)]
  })
  const titles = ['max', 'share', 'statements', 'mean ms', 'wait p50 ms', 'wait p95 ms']
  return [
    `budget ${whole(places)} connections${ofServer}, ${whole(mostUsed)} in use at once for ${whole(logins)} logins`,
    ...(raised === undefined ? [] : [raised]),
    ...textTable(
      [
        { title: 'waits, longest first' },
        ...titles.map((title) => ({ title, align: 'right' as const })),
      ],
      rows,
    ).filter((_, place) => place !== 1),
  ]
}

function isolationLines({ isolation, attempts }: DemoResult, style: Style): string[] {
  const { compared, differences } = isolation
  const verdict =
    differences.length === 0
      ? `${style.good('✓')} ${whole(compared)} comparisons with what the auditor sees: no difference`
      : `${style.bad('✗')} ${style.bad(counted(differences.length, 'difference'))} from what the auditor sees`
  return [
    verdict,
    style.dim('  (each table of each tenant: number of rows and fingerprint of their keys)'),
    ...differences.slice(0, DIFFERENCES_SHOWN).map((line) => `  ${style.bad(line)}`),
    ...textTable(
      [{ title: '' }, { title: '' }],
      attempts.map(({ what, held, answer }) => [
        `${held ? style.good('✓') : style.bad('✗')} ${what}`,
        held ? answer : style.bad(answer),
      ]),
    ).slice(2),
  ]
}

function consistencyLines({ consistency, workload }: DemoResult, style: Style): string[] {
  return [
    ...consistency.map(({ what, violations }) =>
      violations === 0
        ? `${style.good('✓')} ${what}`
        : `${style.bad('✗')} ${what}: ${style.bad(counted(violations, 'violation'))}`,
    ),
    style.dim(
      `  (${counted(workload.refused, 'order')} ran out of stock and ${workload.refused === 1 ? 'was' : 'were'} undone in all three modules)`,
    ),
  ]
}

function healthLines({ overall, components, metrics }: SystemHealth, style: Style): string[] {
  const mark = {
    healthy: style.good,
    degraded: style.warn,
    unhealthy: style.bad,
    disabled: style.dim,
  }
  return [
    `overall ${mark[overall](overall)}, ${counted(metrics.activeConnections, 'active connection')}`,
    ...Object.entries(components)
      .toSorted()
      .map(([name, { status, latencyMs, message }]) =>
        [
          `${name} ${mark[status](status)}`,
          latencyMs === undefined ? '' : `in ${milliseconds(latencyMs)} ms`,
          message === undefined ? '' : `(${message})`,
        ]
          .filter((part) => part !== '')
          .join(' '),
      ),
  ]
}

function closingLine(result: DemoResult, style: Style): string {
  const verdict = proofsHold(result)
    ? style.good('Every tenant saw its own rows, all of them, and nothing else.')
    : style.bad('The proof failed: see the lines marked ✗ above.')
  return `${verdict} ${style.dim(`(${seconds(result.tookMs)} in all)`)}`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
