module.exports = { testEnvironment: 'socket-wrapper', testTimeout: 30_000 };
