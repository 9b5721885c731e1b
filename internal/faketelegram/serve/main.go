// Serve runs the stand-in for the Telegram Bot API by itself, to try carebell by hand:
//
//	go run ./internal/faketelegram/serve -addr 127.0.0.1:8081
//
// Point CAREBELL_TELEGRAM_ENDPOINT and CAREBELL_TELEGRAM_TOKEN at what it prints, then play the
// person: curl -X POST '…/start?person=5', '…/say?person=5&text=/help', and look at '…/screen?person=5'.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"carebell/internal/faketelegram"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8081", "address to listen on")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fake := faketelegram.New(faketelegram.Config{})
	server := &http.Server{Handler: fake.Control(), ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("CAREBELL_TELEGRAM_ENDPOINT=http://%s/bot%%s/%%s CAREBELL_TELEGRAM_TOKEN=%s\n", listener.Addr(), fake.Token())
	go func() {
		<-ctx.Done()
		fake.Close()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
