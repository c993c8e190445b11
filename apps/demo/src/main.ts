import { runDemo } from './demo.js'
import { failureLine } from './failure/failure-line.js'
import { parseOptions, USAGE } from './options.js'
import { proofsHold } from './proof/prove.js'
import { DemoConsole } from './report/demo-console.js'
import { summary } from './report/summary.js'
import { stopOnSignals } from './stop-on-signals.js'

const output = new DemoConsole(process.stdout)
const stop = stopOnSignals()

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) {
    output.print(USAGE)
  } else {
    output.print(
      '',
      `  ${output.style.bold('Plataforma')}: 22 modules, many tenants, one PostgreSQL`,
      '',
    )
    const result = await runDemo(options, output, stop.signal)
    output.print(...summary(result, output.style))
    process.exitCode = proofsHold(result) ? 0 : 1
  }
} catch (error) {
  if (stop.signal.aborted) {
    output.print('  Stopped; everything that the demo started has ended.')
    process.exitCode = stop.exitCode
  } else {
    output.print()
    process.stderr.write(`${output.style.bad('error:')} ${failureLine(error)}\n`)
    process.exitCode = 1
  }
} finally {
  stop.release()
}
