/**
 * The service's address: its `PUBLIC_URL`, without a "/" at the end and without ":443", because WeChat compares it
 * character by character with the domains that the mini program may use.
 */
module.exports = { service: "https://kaigui.example.com" };
