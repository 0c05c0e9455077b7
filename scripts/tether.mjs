// Loaded before a program's own code (`node --import`): when whoever started it is gone, however that came, it ends in good order.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// That is no reason for it to stay.
process.channel?.unref();
