export {
  type ConformanceCheck,
  type ConformanceDatabase,
  type PluginConformanceOptions,
  pluginConformance,
} from './plugin/plugin-conformance.js'
export type { SessionSourceCheck } from './session/conformance/session-source-check.js'
export { sessionSourceConformance } from './session/conformance/session-source-conformance.js'
export type {
  SessionSourceConformanceOptions,
  SourceLimits,
} from './session/conformance/trial.js'
