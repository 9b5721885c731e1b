// Package web is the HTTP server: the status page, health, metrics, and whatever other parts bring to
// be mounted (the web chat). It owns addresses, time limits, shutdown and who may see a page. It does
// not own what it shows: numbers and checks come through the interfaces here, and a mounted part
// answers its own paths.
//
//	/          what is on, since when, how the engine is, how much is due       page
//	/metrics   for Prometheus                                                   page, unless OpenMetrics
//	/chat      mounted                                                          page
//	/healthz   200 while the process answers
//	/readyz    200 while every check passes, else 503; the checks as JSON
//
// There is no login yet, so pages are open only while the server listens on a loopback address, and
// only to requests that name this machine (a hostile site cannot get in by DNS rebinding). On any
// other address a page answers 403 and says how to reach it.
package web
