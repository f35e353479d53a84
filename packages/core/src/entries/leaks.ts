export {
  type GithubKeySource,
  type GithubLeaksOptions,
  type GithubPublicKeys,
  githubLeaks,
  type LeakEndpointOptions,
  type LeakHandler,
  type LeakReportsOptions,
  leakReports,
  type TokenRevocation,
  type TokenRevocationOptions,
  tokenRevocation,
} from '../intake/index.js'
