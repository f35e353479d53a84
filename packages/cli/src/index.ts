export { defineConfig, type KeywrightConfig } from './host/define-config.js'
