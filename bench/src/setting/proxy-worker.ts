import { parentPort, workerData } from 'node:worker_threads'
import { startTcpProxy } from '@plataforma/testkit'

const { host, port, delayMs } = workerData as { host: string; port: number; delayMs: number }
const proxy = await startTcpProxy({ host, port })
proxy.delay({ toServerMs: delayMs, toClientMs: delayMs })
parentPort?.once('message', () => proxy.close())
parentPort?.postMessage(proxy.port)
