import { setTimeout as delay } from 'node:timers/promises'
import type { RunOptions, Segment, Session } from '../session.js'
import { PassingSession } from './faulty-session.fixture.js'
import {
  abortedEarly,
  asObserver,
  type Fault,
  isLive,
  overriding,
  sourceWith,
} from './faulty-source.fixture.js'

export const signalFaults: readonly Fault[] = [
  {
    name: 'lends to a caller whose signal is aborted',
    fails: 'refuses a caller whose signal is aborted already',
    wrap: (source) =>
      sourceWith(source, {
        acquire: ({ signal, ...request }) =>
          source.acquire(signal?.aborted ? request : { ...request, signal }),
      }),
  },
  {
    name: 'ignores the signal of a caller that waits',
    fails: 'frees a caller that waits for a session, and keeps its place for others',
    wrap: (source) =>
      sourceWith(source, {
        acquire: ({ signal, ...request }) =>
          source.acquire(signal?.aborted ? { ...request, signal } : request),
      }),
  },
  {
    name: 'loses the place of a caller that stops waiting',
    fails: 'frees a caller that waits for a session, and keeps its place for others',
    wrap: (source) =>
      sourceWith(source, {
        acquire: ({ signal, ...request }) => {
          if (signal === undefined || signal.aborted) return source.acquire({ ...request, signal })
          return Promise.race([source.acquire(request), abortedEarly(signal)])
        },
      }),
  },
  {
    name: 'ignores the signal of a statement',
    fails: 'frees a caller in the middle of a statement, and cancels that on the server',
    wrap: overriding((inner) => ({
      run: (segments, options) => inner.run(segments, isLive(options) ? {} : options),
    })),
  },
  {
    name: 'frees the caller and lets the server work on',
    fails: 'frees a caller in the middle of a statement, and cancels that on the server',
    wrap: overriding((inner) => ({
      run: (segments, options) => {
        const { signal } = options ?? {}
        if (signal === undefined || signal.aborted) return inner.run(segments, options)
        return Promise.race([inner.run(segments), abortedEarly(signal)])
      },
    })),
  },
  {
    name: 'cancels late',
    fails: 'never lets a cancel hit the next borrower',
    wrap: (source, { connectionString }) =>
      sourceWith(source, {
        session: (inner) =>
          Object.assign(new PassingSession(inner), {
            run: async (segments: readonly Segment[], options?: RunOptions) => {
              const { signal } = options ?? {}
              if (signal === undefined || signal.aborted) return await inner.run(segments, options)
              const pid = inner.backendPid
              const cancel = async () => {
                await delay(15)
                await asObserver(connectionString, (client) =>
                  client.query('select pg_cancel_backend($1)', [pid]),
                ).catch(() => {})
              }
              const aborted = abortedEarly(signal)
              aborted.catch(() => void cancel())
              return await Promise.race([inner.run(segments), aborted])
            },
          }),
      }),
  },
  {
    name: 'does not tell when it has written',
    fails: 'tells when a statement was written',
    wrap: overriding((inner) => ({
      run: (segments, options) => inner.run(segments, { ...options, onSent: undefined }),
    })),
  },
  {
    name: 'streams without the head',
    fails: 'streams in portions, under what its head sets',
    wrap: overriding((inner) => ({
      stream: (_, statement, options) => inner.stream([], statement, options),
    })),
  },
  {
    name: 'does not end a stream that its reader leaves',
    fails: 'ends a stream that its reader leaves, and one that fails',
    wrap: overriding((inner) => ({
      stream: (head, statement, options) => {
        const stream = inner.stream(head, statement, options)
        return {
          next: () => stream.next(),
          return: async () => ({ value: undefined, done: true }),
          [Symbol.asyncIterator]() {
            return this
          },
        } as ReturnType<Session['stream']>
      },
    })),
  },
  {
    name: 'ignores the signal of a stream',
    fails: 'frees the reader of a stream whose signal aborts',
    wrap: overriding((inner) => ({
      stream: (head, statement, { chunkSize }) => inner.stream(head, statement, { chunkSize }),
    })),
  },
]
