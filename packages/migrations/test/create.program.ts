import { createMigration } from '../src/create/create-migration.js'

/** One process: `node main.js <directory> <name> <how many>`; begins when it is told to on stdin. */
const [directory = '', name = '', count = ''] = process.argv.slice(2)

process.stdout.write('ready\n')
process.stdin.once('data', () => {
  for (let made = 0; made < Number(count); made++) {
    const kind = made % 2 === 0 ? 'sql' : 'ts'
    createMigration({ directory, module: 'vendas', name: `${name} ${made}`, kind })
  }
  process.stdin.destroy()
})
