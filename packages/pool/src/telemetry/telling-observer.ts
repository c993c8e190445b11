import type { LoginObserver } from '../kernel/login-options.js'
import type { PhysicalConnection } from '../kernel/physical-connection.js'
import { poolChannels } from './pool-channels.js'

const { opened, refused, ended, acquired, released, timeout, shed } = poolChannels

/** Tells the channels what happens in a login's pool; costs nothing where nobody listens. */
export function tellingObserver<Connection extends PhysicalConnection>(
  pools: object,
  login: string,
): LoginObserver<Connection> {
  return {
    opened(_, tookMs) {
      if (opened.hasSubscribers) opened.publish({ pools, login, tookMs })
    },
    connectFailed(error) {
      if (refused.hasSubscribers) refused.publish({ pools, login, error })
    },
    ended() {
      if (ended.hasSubscribers) ended.publish({ pools, login })
    },
    lent({ name: module }, waitedMs) {
      if (acquired.hasSubscribers) acquired.publish({ pools, login, module, waitedMs })
    },
    released({ name: module }, heldMs) {
      if (released.hasSubscribers) released.publish({ pools, login, module, heldMs })
    },
    timedOut({ name: module }) {
      if (timeout.hasSubscribers) timeout.publish({ pools, login, module })
    },
    turnedAway({ name: module }) {
      if (shed.hasSubscribers) shed.publish({ pools, login, module })
    },
  }
}
