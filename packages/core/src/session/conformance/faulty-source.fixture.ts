import pg from 'pg'
import type { RunOptions, Session } from '../session.js'
import type { SessionRequest, SessionSource } from '../session-source.js'
import { CleaningSession, PassingSession } from './faulty-session.fixture.js'
import type { SourceLimits } from './trial.js'

export interface Surroundings {
  readonly limits: SourceLimits
  readonly connectionString: string
}

export interface Fault {
  readonly name: string
  /** The check that must find it. */
  readonly fails: string
  limits?(limits: SourceLimits): SourceLimits
  wrap?(source: SessionSource, around: Surroundings): SessionSource
}

interface Hooks {
  acquire?(request: SessionRequest, inner: SessionSource): Promise<Session>
  session?(inner: Session): Session
  close?(inner: SessionSource): Promise<void>
}

export function sourceWith(inner: SessionSource, hooks: Hooks): SessionSource {
  return {
    acquire: async (request) => {
      const session = await (hooks.acquire?.(request, inner) ?? inner.acquire(request))
      return hooks.session?.(session) ?? session
    },
    close: () => hooks.close?.(inner) ?? inner.close(),
  }
}

export const sessions =
  (session: (inner: Session) => Session): Fault['wrap'] =>
  (source) =>
    sourceWith(source, { session })

export const cleaning = (residue: 'settings' | 'anything', script: string): Fault['wrap'] =>
  sessions(
    (inner) =>
      new CleaningSession(
        inner,
        { [residue]: script },
        (each) => each.transactionStatus === 'idle',
      ),
  )

/** Overrides of one method, for faults that need no more. */
export function overriding(overrides: (inner: Session) => Partial<Session>): Fault['wrap'] {
  return sessions((inner) => Object.assign(new PassingSession(inner), overrides(inner)))
}

export const isLive = (options: RunOptions | undefined) => options?.signal?.aborted === false

export const abortedEarly = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )

export async function asObserver<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
