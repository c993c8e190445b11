import { readFileSync } from 'node:fs'

/** The ids under which a server is run when the tests themselves run as root. */
export interface UnprivilegedUser {
  readonly uid: number
  readonly gid: number
}

/** `postgres` where it exists, else `nobody`; `undefined` when this process is not root. */
export function unprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const entry = users.find((fields) => fields[0] === name)
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) }
  }
  throw new Error('PostgreSQL refuses to run as root and there is no user "postgres" or "nobody".')
}
