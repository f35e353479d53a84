export { type Host, openHost } from './open-host.js'
export { type Person, type SignInStub, signInStub } from './sign-in-stub.js'
export { type Attempt, toCurl } from './to-curl.js'
