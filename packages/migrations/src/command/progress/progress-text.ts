import type { LockHolder, MigrationProgress } from '../../system/migration-progress.js'
import { counted } from '../output/counted.js'
import { durationText } from '../output/duration-text.js'
import { timeText } from '../output/time-text.js'

/** One line of progress: what happened, and to which migration. */
export interface ProgressLine {
  readonly what: string
  readonly style: 'green' | 'yellow' | 'cyan'
  readonly detail: string
}

type OfMigration = Extract<MigrationProgress, { readonly done: number }>

/** The line that stays of a piece of progress; `undefined` for what only passes by. */
export function progressLine(progress: MigrationProgress): ProgressLine | undefined {
  switch (progress.kind) {
    case 'applied':
      return { what: 'applied', style: 'green', detail: endedText(progress) }
    case 'rolled-back':
      return { what: 'rolled back', style: 'yellow', detail: endedText(progress) }
    case 'resumed':
      return { what: 'resumed', style: 'cyan', detail: nameOf(progress) }
    case 'retrying':
      return { what: 'retrying', style: 'yellow', detail: retryText(progress) }
    case 'waiting':
      return { what: 'waiting', style: 'cyan', detail: waitText(progress) }
    case 'types':
      return { what: 'row types', style: 'green', detail: counted(progress.files, 'file') }
    case 'planned':
    case 'started':
    case 'statement':
      return undefined
  }
}

/** Such as `pid 4711 (psql of postgres at 10.0.0.7, since 2026-11-22 20:31:38)`. */
function holderText({ pid, user, application, host, since }: LockHolder): string {
  const program = application === '' ? user : `${application} of ${user}`
  const place = host === undefined ? '' : ` at ${host}`
  return `pid ${pid} (${program}${place}, since ${timeText(since)})`
}

export function nameOf({ module, name }: { readonly module: string; readonly name: string }) {
  return `${module}/${name}`
}

const TIME_WIDTH = 8

/** Such as ` 7/12     18 ms  vendas/003_itens`: what has one width stands in front. */
function endedText(progress: OfMigration): string {
  const { done, total, durationMs } = progress
  const time = durationMs === undefined ? '' : durationText(durationMs)
  const count = `${String(done).padStart(String(total).length)}/${total}`
  return `${count}  ${time.padStart(TIME_WIDTH)}  ${nameOf(progress)}`
}

function retryText(progress: Extract<MigrationProgress, { kind: 'retrying' }>): string {
  const { attempt, pauseMs, blockers } = progress
  const again = `${nameOf(progress)}, try ${attempt + 1} in ${durationText(pauseMs)}`
  const by = blockers.map(holderText).join(', ')
  return by === '' ? again : `${again}, blocked by ${by}`
}

function waitText({ holder, waitedMs }: Extract<MigrationProgress, { kind: 'waiting' }>): string {
  const who = holder === undefined ? 'another process' : holderText(holder)
  return `for ${who}, ${durationText(waitedMs)} so far`
}
