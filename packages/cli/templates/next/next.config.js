export default { serverExternalPackages: ['libsql'] }
