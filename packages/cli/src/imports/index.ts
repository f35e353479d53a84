export { type Product, products } from './foreign-key.js'
export { type ImportReport, importRows, type RowResult } from './import-rows.js'
export type { ImportPlan } from './plan-import.js'
export { type FileForm, fileForms, readRows } from './read-rows.js'
