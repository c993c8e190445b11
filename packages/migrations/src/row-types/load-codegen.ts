import { rowTypesFailed } from './row-types-failed.js'

/** What kysely-codegen exports. */
export type Codegen = typeof import('kysely-codegen')

/** Loads kysely-codegen when it is used: it takes longer to load than to work. */
export async function loadCodegen(): Promise<Codegen> {
  try {
    return await import('kysely-codegen')
  } catch (cause) {
    const [reason] = cause instanceof Error ? cause.message.split('\n') : [String(cause)]
    throw rowTypesFailed(`The package kysely-codegen cannot be loaded: ${reason}.`, {
      remedy: 'Install kysely-codegen and typescript, and keep them out of the bundle.',
      cause,
    })
  }
}
