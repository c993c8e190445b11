import type { PlataformaError } from '@plataforma/core'
import type { HalfDoneMigration } from '../../system/migration-reports.js'

/** What to do about a half-done migration, a sentence or two. */
export function remedyFor(
  { direction, done }: Pick<HalfDoneMigration, 'direction' | 'done'>,
  outlook: HalfDoneMigration['outlook'],
  refusal: PlataformaError | undefined,
): string {
  const next = done === null ? 'its function' : `statement ${done + 1}`
  switch (outlook) {
    case 'running':
      return 'A process migrates this database now: wait for it.'
    case 'needs-attention':
      return `Look what ${next} has done, complete or undo it by hand, and say so with repair: "applied", "retry" or "rolled-back".`
    case 'file-missing':
      return 'Bring its file back, or say with repair what it counts as: "applied" or "rolled-back".'
    case 'changed': {
      const [message = ''] = refusal?.message.split('\n') ?? []
      return `${message.replace(/[:.]?$/, '.')} ${refusal?.remedy ?? ''}`.trim()
    }
    case 'resumable':
      if (direction === 'down') {
        return 'Its down was interrupted: roll it back again, or run what is pending, which ends the down and applies it anew.'
      }
      return done === null
        ? 'Run it again.'
        : `Run it again: it goes on with ${next}, which may be corrected before, like those after it.`
  }
}
