// A small exchange as one writes it in Go: a goroutine per connection, a channel into a matcher goroutine per
// instrument, and a channel out to a writer goroutine per connection. It speaks the subset of Rialto's native protocol
// that orders need (hello, logon, submit, cancel, reports), and keeps nothing on disk.
//
//	exchange --listen 127.0.0.1:0 --mode coalescing|classic --instruments instruments.json
//
// classic writes each answer by itself, as most servers do; coalescing gathers what waits and writes once.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

// instrument is what hello says of one, word for word, and the decimals that prices and quantities have.
type instrument struct {
	Symbol           string `json:"symbol"`
	PriceDecimals    int    `json:"price_decimals"`
	QuantityDecimals int    `json:"quantity_decimals"`
}

// exchange is everything that sessions share.
type exchange struct {
	matchers    map[string]*matcher
	instruments json.RawMessage
	coalesces   bool
	sessions    atomic.Uint64
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address and port")
	mode := flag.String("mode", "coalescing", "coalescing or classic")
	file := flag.String("instruments", "instruments.json", "what is traded")
	flag.Parse()
	if *mode != "coalescing" && *mode != "classic" {
		log.Fatalf("there is no mode %q", *mode)
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal(err)
	}
	var listed []instrument
	if err := json.Unmarshal(text, &listed); err != nil {
		log.Fatal(err)
	}
	x := &exchange{
		matchers:    make(map[string]*matcher),
		instruments: text,
		coalesces:   *mode == "coalescing",
	}
	for _, of := range listed {
		m := newMatcher(of)
		x.matchers[of.Symbol] = m
		go m.run()
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"event\":\"ready\",\"url\":\"ws://%s/v1/ws\"}\n", listener.Addr())
	log.Fatal(http.Serve(listener, x))
}

// ServeHTTP upgrades to a WebSocket and serves the session until it ends.
func (x *exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/ws" || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.NotFound(w, r)
		return
	}
	socket, err := upgrade(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s := newSession(x, socket, x.sessions.Add(1))
	go s.write()
	s.read()
}
