import { MigrationSystem } from '../src/system/migration-system.js'

/** One deployer: `node main.js <address> <directory>`; tells on stdout what it has applied. */
const [connectionString = '', directory = ''] = process.argv.slice(2)

const system = new MigrationSystem({ connectionString, directory, types: false })
try {
  const { applied } = await system.runAllMigrations()
  process.stdout.write(JSON.stringify(applied.map(({ module, name }) => `${module}:${name}`)))
} catch (error) {
  process.stderr.write(String(error))
  process.exitCode = 1
} finally {
  await system.close()
}
