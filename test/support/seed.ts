import fc from 'fast-check'

// Read by Vitest before each test file, where `KEYWRIGHT_SEED` is set. A property that says no seed of its own then tries the
// same cases each time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.KEYWRIGHT_SEED) })
