import { once } from 'node:events'
import { connect } from 'node:net'

const ANSWER_TIMEOUT_MS = 5000

/** Sends one command without arguments to a Redis that asks for no password; the raw answer. */
export async function redisCommand(host: string, port: number, command: string): Promise<string> {
  const socket = connect({ host, port })
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    await once(socket, 'connect', { signal })
    socket.write(`${command}\r\n`)
    const [bytes] = await once(socket, 'data', { signal })
    return String(bytes)
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}
