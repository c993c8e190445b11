import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os'

const GIBIBYTE = 1024 ** 3

/** What a reader must know to compare absolute times with those of another machine. */
export function machineFacts(serverVersion: string): readonly string[] {
  const [{ model = 'unknown processor' } = {}] = cpus()
  const [load = 0] = loadavg()
  return [
    `${model.trim()}, ${availableParallelism()} cores, ${gibibytes(freemem())} of ${gibibytes(totalmem())} free`,
    `Node ${process.versions.node}, PostgreSQL ${serverVersion}, ${process.platform} ${process.arch}`,
    `load average of the last minute ${load.toFixed(2)}: above ${availableParallelism() / 2}, others are at work and absolute times mean little`,
  ]
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`
}
