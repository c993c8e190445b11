import type { SessionSourceCheck } from './session-source-check.js'
import { type SessionSourceConformanceOptions, type SourceLimits, Trial } from './trial.js'

type Work = (trial: Trial) => Promise<void>

/** Checks by name; those that need other limits than one session say so. */
export type Checks = Readonly<
  Record<string, Work | (Partial<SourceLimits> & { readonly run: Work })>
>

export function checksOf(
  options: SessionSourceConformanceOptions,
  groups: readonly Checks[],
): readonly SessionSourceCheck[] {
  return groups.flatMap((group) =>
    Object.entries(group).map(([name, check]) => {
      const { run, ...limits } = typeof check === 'function' ? { run: check } : check
      return {
        name: `${options.name}: ${name}`,
        run: () => Trial.run(options, run, limits),
      }
    }),
  )
}
