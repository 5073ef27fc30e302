package main

import (
	"container/list"
	"sort"
	"strconv"
	"strings"
)

// Commands that wait for a matcher; one more makes its session wait.
const inboundCommands = 4096

// command is a request on its way to a matcher, its numbers read.
type command struct {
	session  *session
	request  request
	price    int64
	quantity int64
}

type order struct {
	id       uint64
	session  *session
	name     string
	buys     bool
	price    int64
	entered  int64
	leaves   int64
	priceOf  string
	lots     string
	level    *level
	position *list.Element
}

type level struct {
	price  int64
	orders list.List
}

// side holds the levels of one side, the best one last.
type side struct {
	levels []*level
	buys   bool
}

// matcher owns one book; it alone touches it.
type matcher struct {
	instrument instrument
	commands   chan command
	bids, asks side
	byName     map[string]*order
	orders     uint64
	trades     uint64
	sequence   uint64
}

func newMatcher(of instrument) *matcher {
	return &matcher{
		instrument: of,
		commands:   make(chan command, inboundCommands),
		bids:       side{buys: true},
		byName:     make(map[string]*order),
	}
}

// read turns decimals into units.
func (m *matcher) read(c *command) bool {
	var ok bool
	if c.price, ok = units(c.request.Price, m.instrument.PriceDecimals); !ok || c.price <= 0 {
		return false
	}
	c.quantity, ok = units(c.request.Quantity, m.instrument.QuantityDecimals)
	return ok && c.quantity > 0
}

func (m *matcher) run() {
	for c := range m.commands {
		m.sequence++
		if c.request.Op == "submit" {
			m.submit(&c)
		} else {
			m.cancel(&c)
		}
	}
}

func (m *matcher) submit(c *command) {
	name := c.session.account + "/" + c.request.ClientOrderID
	if _, isThere := m.byName[name]; isThere {
		c.session.reject(&c.request, "duplicate_client_order_id")
		return
	}
	m.orders++
	taker := &order{
		id:      m.orders,
		session: c.session,
		name:    c.request.ClientOrderID,
		buys:    c.request.Side == "buy",
		price:   c.price,
		entered: c.quantity,
		leaves:  c.quantity,
		priceOf: c.request.Price,
		lots:    c.request.Quantity,
	}
	m.report(taker, c.request.ID, "accepted", "new", 0)
	m.match(taker)
	if taker.leaves == 0 || c.request.TimeInForce == "IOC" {
		return
	}
	own := &m.asks
	if taker.buys {
		own = &m.bids
	}
	own.add(taker)
	m.byName[name] = taker
}

func (m *matcher) match(taker *order) {
	other := &m.bids
	if taker.buys {
		other = &m.asks
	}
	for taker.leaves > 0 && len(other.levels) > 0 {
		best := other.levels[len(other.levels)-1]
		if taker.buys && best.price > taker.price || !taker.buys && best.price < taker.price {
			return
		}
		for taker.leaves > 0 && best.orders.Len() > 0 {
			maker := best.orders.Front().Value.(*order)
			traded := maker.leaves
			if taker.leaves < traded {
				traded = taker.leaves
			}
			maker.leaves -= traded
			taker.leaves -= traded
			m.trades++
			if maker.leaves == 0 {
				m.remove(other, maker)
			}
		}
	}
}

func (m *matcher) cancel(c *command) {
	name := c.session.account + "/" + c.request.ClientOrderID
	found, isThere := m.byName[name]
	if !isThere {
		c.session.reject(&c.request, "unknown_order")
		return
	}
	if found.buys {
		m.remove(&m.bids, found)
	} else {
		m.remove(&m.asks, found)
	}
	canceled := found.leaves
	found.leaves = 0
	m.report(found, c.request.ID, "canceled", "canceled", canceled)
}

func (m *matcher) remove(of *side, gone *order) {
	delete(m.byName, gone.session.account+"/"+gone.name)
	gone.level.orders.Remove(gone.position)
	if gone.level.orders.Len() == 0 {
		of.drop(gone.level)
	}
}

func (m *matcher) report(about *order, id uint64, kind, status string, canceled int64) {
	decimals := m.instrument.QuantityDecimals
	text := make([]byte, 0, 320)
	text = append(text, `{"type":"report"`...)
	text = appendRequest(text, id)
	text = append(text, `,"kind":"`...)
	text = append(text, kind...)
	text = append(text, `","symbol":"`...)
	text = append(text, m.instrument.Symbol...)
	text = append(text, `","order_id":`...)
	text = strconv.AppendUint(text, about.id, 10)
	text = append(text, `,"client_order_id":"`...)
	text = append(text, about.name...)
	if about.buys {
		text = append(text, `","side":"buy","price":"`...)
	} else {
		text = append(text, `","side":"sell","price":"`...)
	}
	text = append(text, about.priceOf...)
	text = append(text, `","quantity":"`...)
	text = append(text, about.lots...)
	text = append(text, `","filled_quantity":"`...)
	text = appendDecimal(text, about.entered-about.leaves-canceled, decimals)
	text = append(text, `","leaves_quantity":"`...)
	text = appendDecimal(text, about.leaves, decimals)
	if canceled > 0 {
		text = append(text, `","canceled_quantity":"`...)
		text = appendDecimal(text, canceled, decimals)
	}
	text = append(text, `","status":"`...)
	text = append(text, status...)
	text = append(text, `","event":{"seq":`...)
	text = strconv.AppendUint(text, m.sequence, 10)
	text = append(text, `,"k":0}`...)
	about.session.text(appendTime(text))
}

// find says where the level of a price is, or would be.
func (s *side) find(price int64) (place int, isThere bool) {
	place = sort.Search(len(s.levels), func(i int) bool {
		if s.buys {
			return s.levels[i].price >= price
		}
		return s.levels[i].price <= price
	})
	return place, place < len(s.levels) && s.levels[place].price == price
}

func (s *side) add(resting *order) {
	place, isThere := s.find(resting.price)
	if !isThere {
		s.levels = append(s.levels, nil)
		copy(s.levels[place+1:], s.levels[place:])
		s.levels[place] = &level{price: resting.price}
	}
	resting.level = s.levels[place]
	resting.position = resting.level.orders.PushBack(resting)
}

func (s *side) drop(empty *level) {
	if place, isThere := s.find(empty.price); isThere {
		s.levels = append(s.levels[:place], s.levels[place+1:]...)
	}
}

// units reads a decimal as a whole number of its smallest units.
func units(text string, decimals int) (int64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > decimals {
		return 0, false
	}
	value, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	return value, err == nil
}

func appendDecimal(text []byte, value int64, decimals int) []byte {
	digits := strconv.FormatInt(value, 10)
	for len(digits) <= decimals {
		digits = "0" + digits
	}
	text = append(text, digits[:len(digits)-decimals]...)
	if decimals > 0 {
		text = append(text, '.')
		text = append(text, digits[len(digits)-decimals:]...)
	}
	return text
}
