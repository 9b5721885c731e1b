// Package browser lets a test use a page in a real browser: type, press, click, read, take a picture.
// It owns finding, starting and ending the browser, and watches for what no page of ours may do: an
// uncaught exception, an error on the console, anything that the page's own Content-Security-Policy
// had to stop. What a page must do is the test's to say. It is for tests only.
package browser
