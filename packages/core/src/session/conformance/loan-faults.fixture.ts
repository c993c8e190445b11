import type { RunOptions, Segment, Session } from '../session.js'
import { PassingSession } from './faulty-session.fixture.js'
import { type Fault, overriding, sourceWith } from './faulty-source.fixture.js'

export const loanFaults: readonly Fault[] = [
  {
    name: 'gives the results of the first segment only',
    fails: 'answers statements, segments and scripts',
    wrap: overriding((inner) => ({
      run: async (segments: readonly Segment[], options?: RunOptions) =>
        (await inner.run(segments, options)).slice(0, 1),
    })),
  },
  {
    name: 'throws a connection away at every error',
    fails: 'lends a session again after an error of SQL',
    wrap: overriding((inner) => {
      let failed = false
      return {
        run: (segments, options) =>
          inner.run(segments, options).catch((error: unknown) => {
            failed = true
            throw error
          }),
        release: () => {
          if (!failed || inner.transactionStatus !== 'idle') return inner.release()
          inner.kill().finally(() => inner.release())
        },
      }
    }),
  },
  {
    name: 'lends an open transaction',
    fails: 'never lends an open transaction',
    wrap: (source) => {
      let left = 'idle'
      return sourceWith(source, {
        acquire: async (request) => {
          const session = await source.acquire(request)
          if (left !== 'idle') await session.script('begin')
          return session
        },
        session: (inner) =>
          Object.assign(new PassingSession(inner), {
            release: () => {
              left = inner.broken ? 'idle' : inner.transactionStatus
              inner.release()
            },
          }),
      })
    },
  },
  {
    name: 'judges a session before its work is done',
    fails: 'waits for what is in flight at the release',
    wrap: (source) => {
      let inFlight = 0
      let left = false
      return sourceWith(source, {
        acquire: async (request) => {
          const session = await source.acquire(request)
          if (left) await session.script('begin')
          left = false
          return session
        },
        session: (inner) =>
          Object.assign(new PassingSession(inner), {
            run: async (segments: readonly Segment[], options?: RunOptions) => {
              inFlight++
              try {
                return await inner.run(segments, options)
              } finally {
                inFlight--
              }
            },
            release: () => {
              left = inFlight > 0
              inner.release()
            },
          }),
      })
    },
  },
  {
    name: 'takes a session back twice',
    fails: 'takes a session back once, however often it is released',
    wrap: (source) => {
      let isDouble = false
      let last: Session | undefined
      return sourceWith(source, {
        acquire: async (request) => {
          if (isDouble && last !== undefined) return last
          const session = await source.acquire(request)
          if (isDouble) last = session
          return session
        },
        session: (inner) => {
          let releases = 0
          return Object.assign(new PassingSession(inner), {
            release: () => {
              if (++releases > 1) isDouble = true
              inner.release()
            },
          })
        },
      })
    },
  },
  {
    name: 'lets an old borrower use the session of the next one',
    fails: 'refuses work on a session that was given back',
    wrap: (source) => {
      let current: Session | undefined
      return sourceWith(source, {
        session: (inner) => {
          current = inner
          let isReleased = false
          return Object.assign(new PassingSession(inner), {
            run: (segments: readonly Segment[], options?: RunOptions) =>
              (isReleased && current ? current : inner).run(segments, options),
            release: () => {
              isReleased = true
              inner.release()
            },
          })
        },
      })
    },
  },
  {
    name: 'lets callers wait for ever',
    fails: 'refuses a caller at its deadline with PLT_POOL_TIMEOUT',
    limits: (limits) => ({ ...limits, acquireTimeoutMs: 3_600_000 }),
  },
]
