import { spawnSync } from 'node:child_process'

/** What the ways to a server ask of the machine that they run on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  /** 0 for root; `undefined` where there are no users of that kind. */
  readonly uid: number | undefined
  /** Where its file system begins. */
  readonly root: string
  run(program: string, args: readonly string[]): { status: number | null; stderr: string }
  say(line: string): void
}

export const thisMachine: Machine = {
  env: process.env,
  uid: process.getuid?.(),
  root: '/',
  run: (program, args) =>
    spawnSync(program, args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
    }),
  say: (line) => console.log(line),
}
