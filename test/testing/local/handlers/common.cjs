module.exports = { handler: async () => 'from CommonJS' }
