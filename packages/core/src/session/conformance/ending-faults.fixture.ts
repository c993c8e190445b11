import type { RunOptions, Segment } from '../session.js'
import { PassingSession } from './faulty-session.fixture.js'
import { asObserver, type Fault, overriding, sourceWith } from './faulty-source.fixture.js'

export const endingFaults: readonly Fault[] = [
  {
    name: 'throws a lost connection where nobody can catch it',
    fails: 'does not crash when a backend is killed',
    wrap: (source, { limits }) =>
      sourceWith(source, {
        session: (inner) =>
          Object.assign(new PassingSession(inner), {
            run: (segments: readonly Segment[], options?: RunOptions) =>
              inner.run(segments, options).catch((error: unknown) => {
                if (inner.broken && limits.max === 2) {
                  process.nextTick(() => {
                    throw new Error('Unhandled error event')
                  })
                }
                throw error
              }),
          }),
      }),
  },
  {
    name: 'lends what was killed while idle',
    fails: 'does not lend a backend that was killed while idle',
    wrap: (source, { connectionString }) => {
      let idle = 0
      return sourceWith(source, {
        acquire: async (request) => {
          const session = await source.acquire(request)
          const text = 'select from pg_stat_activity where pid = $1'
          const isDead =
            idle !== 0 &&
            (await asObserver(
              connectionString,
              async (client) => (await client.query(text, [idle])).rowCount === 0,
            ))
          if (isDead) await session.kill()
          idle = 0
          return session
        },
        session: (inner) =>
          Object.assign(new PassingSession(inner), {
            release: () => {
              idle = inner.broken ? 0 : inner.backendPid
              inner.release()
            },
          }),
      })
    },
  },
  {
    name: 'lends again what was killed under its borrower',
    fails: 'does not lend a backend again that was killed under its borrower',
    wrap: (source) => {
      let wasKilled = false
      return sourceWith(source, {
        acquire: async (request) => {
          const session = await source.acquire(request)
          if (wasKilled) await session.kill()
          wasKilled = false
          return session
        },
        session: (inner) => {
          let byBorrower = false
          return Object.assign(new PassingSession(inner), {
            kill: () => {
              byBorrower = true
              return inner.kill()
            },
            release: () => {
              wasKilled = inner.broken && !byBorrower
              inner.release()
            },
          })
        },
      })
    },
  },
  {
    name: 'does not kill',
    fails: 'drops a session that its borrower kills',
    wrap: overriding(() => ({ kill: async () => {} })),
  },
  {
    name: 'leaves connections behind at close',
    fails: 'leaves no connection behind after close',
    wrap: (source, { limits }) =>
      sourceWith(source, { close: async () => (limits.max === 2 ? undefined : source.close()) }),
  },
  {
    name: 'waits for a borrower that never comes back',
    fails: 'closes although a session is never given back',
    limits: (limits) => ({ ...limits, closeTimeoutMs: 3_600_000 }),
  },
  {
    name: 'cuts its borrowers off at close',
    fails: 'lets a borrower finish before it closes',
    limits: (limits) => ({ ...limits, closeTimeoutMs: 0 }),
  },
  {
    name: 'forgets who waits at close',
    fails: 'frees callers that wait at close, and refuses new ones, with PLT_CLOSED',
    wrap: (source) => {
      let isClosed = false
      return sourceWith(source, {
        acquire: async (request) => {
          if (isClosed) return await source.acquire(request)
          try {
            return await source.acquire(request)
          } catch (error) {
            if (isClosed) return await new Promise<never>(() => {})
            throw error
          }
        },
        close: () => {
          isClosed = true
          return source.close()
        },
      })
    },
  },
  {
    name: 'objects to being closed twice',
    fails: 'may be closed twice',
    wrap: (source) => {
      let closes = 0
      return sourceWith(source, {
        close: () => (++closes > 1 ? Promise.reject(new Error('already closed')) : source.close()),
      })
    },
  },
]
