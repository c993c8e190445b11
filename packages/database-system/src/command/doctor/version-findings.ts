import type { Finding } from '@plataforma/core'
import type { ServerDescription } from '../connection/read-server.js'

interface Release {
  /** Below it, optimizer statistics tell what row-level security hides (CVE-2025-8713). */
  readonly isolating: number
  /** The security release of 2026-05-14. */
  readonly advised: number
}

const RELEASES: Readonly<Record<number, Release>> = {
  15: { isolating: 14, advised: 18 },
  16: { isolating: 10, advised: 14 },
  17: { isolating: 6, advised: 10 },
  18: { isolating: 0, advised: 4 },
}

/** Whether the server's version can be used, and whether it holds what it promises. */
export function versionFindings(server: ServerDescription): readonly Finding[] {
  const id = 'server-version'
  const major = Math.floor(server.versionNum / 10_000)
  const minor = server.versionNum % 10_000
  const release = RELEASES[major]
  const named = `PostgreSQL ${server.version}`
  if (release === undefined) {
    return major < 15
      ? [
          {
            id,
            grade: 'error',
            message: `${named} is too old.`,
            remedy: 'Upgrade to 15 or later.',
          },
        ]
      : [
          {
            id,
            grade: 'warning',
            message: `${named} is newer than what this version was tested on.`,
          },
        ]
  }
  const remedy = `Upgrade to ${major}.${release.advised} or a later ${major}: no dump is needed.`
  if (minor < release.isolating) {
    const message = `${named} lets statistics tell what row-level security hides (CVE-2025-8713).`
    return [{ id, grade: 'error', message, remedy }]
  }
  if (minor < release.advised) {
    return [{ id, grade: 'warning', message: `${named} lacks known security fixes.`, remedy }]
  }
  return [{ id, grade: 'ok', message: `${named}.` }]
}
