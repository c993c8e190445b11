#!/usr/bin/env node
import { runProgram } from '@plataforma/migrations/command'
import { program } from './program.js'

process.exitCode = await runProgram(program, process.argv.slice(2))
