import { defineConfig } from 'tsup'
import { libraryBuild } from '../../tsup.shared.js'

export default defineConfig(
  libraryBuild({
    index: 'src/index.ts',
    'scope/index': 'src/scope/index.ts',
    'crypto/token-index': 'src/crypto/token-index.ts',
    'http/index': 'src/http/index.ts',
    'limits/limiter-index': 'src/limits/limiter-index.ts',
    'store/memory-index': 'src/store/memory-index.ts',
    'store/index': 'src/store/index.ts',
  }),
)
