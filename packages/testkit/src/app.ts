export { type IssuedTestKey, issueTestKey, type TestKeyInput } from './app/issue-test-key.js'
export type { TestClock } from './app/test-clock.js'
export {
  type TestAuthority,
  type TestKeyring,
  type TestKeyringOptions,
  testKeyring,
  testPeppers,
} from './app/test-keyring.js'
export { testOwners } from './app/test-owners.js'
