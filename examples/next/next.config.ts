import type { NextConfig } from 'next'

// The driver has a binary, which cannot be bundled.
const config: NextConfig = { serverExternalPackages: ['libsql'] }

export default config
