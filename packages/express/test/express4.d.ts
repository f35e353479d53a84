/** Express 4, under the types of 5: the suite uses what both have. */
declare module 'express4' {
  export { default } from 'express'
}
