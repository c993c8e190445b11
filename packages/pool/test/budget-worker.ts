import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { MultiPoolManager } from '../src/index.js'

/** What a worker says of itself, five times a second. */
export interface WorkerReport {
  readonly budget: ReturnType<MultiPoolManager['getBudget']>
  readonly done: number
  readonly failures: readonly string[]
}

const REPORT_MS = 200

const { DATABASE_URL: connectionString = '', CALLERS, BUDGET } = process.env
const pools = new MultiPoolManager({
  connectionString,
  poolConfig: { max: 1_000 },
  ...(BUDGET !== undefined && { budget: JSON.parse(BUDGET) }),
})
let wanted = 0
let done = 0
let failures: string[] = []

/** Works as long as it is one of those that are wanted. */
async function call(number: number): Promise<void> {
  while (number < wanted) {
    try {
      const session = await pools.sessions.acquire({
        identity: { kind: 'application' },
        purpose: 'module',
        access: 'write',
        module: 'm',
      })
      try {
        await session.run([{ statements: [{ text: 'select pg_sleep(0.01)', prepare: 'never' }] }])
        done += 1
      } finally {
        session.release()
      }
    } catch (error) {
      failures.push(String(error))
      await delay(20)
    }
  }
}

function want(callers: number): void {
  const before = wanted
  wanted = callers
  for (let number = before; number < callers; number += 1) void call(number)
}

want(Number(CALLERS))
const reporting = setInterval(() => {
  const report: WorkerReport = { budget: pools.getBudget(), done, failures }
  failures = []
  console.log(JSON.stringify(report))
}, REPORT_MS)
for await (const line of createInterface(process.stdin)) want(Number(line))
wanted = 0
clearInterval(reporting)
await pools.close()
