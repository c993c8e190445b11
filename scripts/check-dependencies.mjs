// The dependency rule of this repository: core imports no other package of it, managers import
// core alone, testkit is for tests, demo and benchmarks, and nobody reaches into another folder
// (but tests into core's tests: its attacks are run in other settings, too).
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from '@typescript/typescript6'
import { root } from './run/command.mjs'
import { workspacePackages } from './run/workspace.mjs'

const CORE = '@plataforma/core'
const SYSTEM = '@plataforma/database-system'
const TESTKIT = '@plataforma/testkit'
const CORE_TESTS = 'packages/core/test/'
const TEST_FILE = /(\.test\.ts|\.test-d\.ts|\.fixture\.ts|^test\/.*)$/
const CONFIG_FILE = /^[\w.-]+\.config\.ts$/

const packages = workspacePackages()
const names = packages.map(({ manifest }) => manifest.name)
const problems = packages.flatMap((one) => [...manifestProblems(one), ...importProblems(one)])
for (const problem of problems) console.log(problem)
process.exitCode = problems.length === 0 ? 0 : 1
console.log(`${packages.length} packages, ${problems.length} broken dependency rules`)

/** The packages of this repository that one may use in what it publishes or runs. */
function allowed({ name, private: isPrivate }) {
  if (name === TESTKIT) return []
  if (name === CORE) return []
  if (isPrivate) return names
  if (name === SYSTEM) return names.filter((other) => other !== TESTKIT)
  return [CORE]
}

function manifestProblems({ folder, manifest }) {
  const mayUse = allowed(manifest)
  const inTests = [...mayUse, TESTKIT]
  const check = (field, may) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => names.includes(name) && !may.includes(name))
      .map((name) => `${folder}/package.json: ${name} may not be in ${field}`)
  return [
    ...check('dependencies', mayUse),
    ...check('peerDependencies', mayUse),
    ...check('optionalDependencies', mayUse),
    ...check('devDependencies', inTests),
  ]
}

function importProblems({ folder, manifest }) {
  const arguments_ = ['ls-files', '--cached', '--others', '--exclude-standard', '--', folder]
  return execFileSync('git', arguments_, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.[cm]?tsx?$/.test(file))
    .flatMap((file) => {
      const inPackage = relative(folder, file)
      const isTest = TEST_FILE.test(inPackage)
      const mayUse = [...allowed(manifest), manifest.name, ...(isTest ? [TESTKIT] : [])]
      return importsOf(file)
        .filter((specifier) =>
          specifier.startsWith('.')
            ? !CONFIG_FILE.test(inPackage) &&
              leaves(inPackage, specifier) &&
              !(
                isTest &&
                mayUse.includes(CORE) &&
                join(file, '..', specifier).startsWith(CORE_TESTS)
              )
            : names.includes(packageOf(specifier)) && !mayUse.includes(packageOf(specifier)),
        )
        .map((specifier) => `${file}: may not import ${specifier}`)
    })
}

function importsOf(file) {
  const text = readFileSync(join(root, file), 'utf8')
  return ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
}

function leaves(file, specifier) {
  return join(file, '..', specifier).startsWith('..')
}

function packageOf(specifier) {
  return specifier.split('/').slice(0, 2).join('/')
}
