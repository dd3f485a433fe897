/**
 * Where the service is: its `PUBLIC_URL`. Without a "/" at the end and without ":443", because WeChat compares it
 * letter by letter with the domains that the mini program may talk to.
 */
module.exports = { service: "https://kaigui.example.com" };
