import type { HalfDoneMigration } from '../../system/migration-reports.js'

const OUTLOOKS = {
  resumable: 'resumable',
  changed: 'edited since',
  'needs-attention': 'needs attention',
  'file-missing': 'its file is gone',
  running: 'running now',
} as const

/** How far a half-done migration came, to be put behind it. */
export function halfDoneText({ direction, done, of, line, outlook }: HalfDoneMigration): string {
  const place = line === null ? '' : `, stopped at line ${line}`
  const part =
    done === null
      ? ''
      : `: ${done} of ${of} statements${direction === 'down' ? ' of its down' : ''}${place}`
  return `${part} (${OUTLOOKS[outlook]})`
}
