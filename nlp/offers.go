package nlp

import (
	"time"

	"carebell/schedule"
)

// askMedicine asks about hours 1 to 5 for a medicine.
func (rs *resolver) askMedicine(c clockTime, at schedule.Clock, rule func(schedule.Clock) schedule.Rule) {
	if !rs.res.Medical || c.only || c.meridiem != 0 || c.part != 0 || c.zero || at.Hour() < 1 || at.Hour() > 5 {
		return
	}
	if rs.res.Ask == "" {
		rs.res.Ask = AskMedicineHour
	}
	for _, a := range rs.res.Alternatives {
		if a.Rule.IsOnce() && schedule.ClockOf(a.Rule.Start().In(rs.zone)) == at+12*3600 {
			return
		}
	}
	rs.alternative("afternoon", rule(at+12*3600))
}

// dateAlternatives offers the other reading of a slash date and the nearer one of "next friday".
func (rs *resolver) dateAlternatives(d datum, day schedule.Date, at schedule.Clock) {
	switch {
	case d.kind == dAmbiguous && d.weekday == 0:
		other := d
		other.n, other.m = d.m, d.n
		rs.assume("date_order", map[bool]string{true: "month_first", false: "day_first"}[rs.p.monthFirst])
		if day, code := rs.dayOf(other, rs.today, at); code == "" {
			before := len(rs.res.Alternatives)
			rs.alternative("slash_date", rs.onceAt(day, at))
			if len(rs.res.Alternatives) > before {
				rs.res.Ask = AskSlashDate
			}
		}
	case d.kind == dWeekday && d.which == nextOne:
		near := d
		near.which = anyOf
		if other, code := rs.dayOf(near, rs.today, at); code == "" && other.Before(day) && other.Before(rs.today.Monday().AddDays(7)) {
			rs.assume("which_weekday", day.String())
			rs.alternative("this_week", rs.onceAt(other, at))
			rs.res.Ask = AskNextWeekday
		}
	case d.kind == dWeekday:
		rs.assume("which_weekday", day.String())
	case d.kind == dCalendar && d.y == 0 && day.Year != rs.today.Year:
		rs.assume("year", day.String()[:4])
	}
}

// pastAlternatives offers what could be meant by a time that has passed.
func (rs *resolver) pastAlternatives(d datum, c clockTime, day schedule.Date, at schedule.Clock) {
	if d.kind == dRelative && d.n == 0 && c.meridiem == 0 && c.part == 0 && !c.only && at.Hour() < 12 && at.Hour() > 0 {
		if at+12*3600 > rs.clock {
			rs.alternative("later_today", rs.onceAt(rs.today, at+12*3600))
		}
	}
	switch d.kind {
	case dAmbiguous:
		other := d
		other.n, other.m = d.m, d.n
		if day, code := rs.dayOf(other, rs.today, at); code == "" {
			rs.alternative("slash_date", rs.onceAt(day, at))
		}
		fallthrough
	case dCalendar:
		again := schedule.Date{Year: rs.today.Year, Month: day.Month, Day: day.Day}
		for range 9 {
			if again.Valid() {
				if when, _ := rs.at(again, at); when.After(rs.now) {
					rs.alternative("next_year", rs.onceAt(again, at))
					break
				}
			}
			again.Year++
		}
	default:
		next := rs.today
		if when, _ := rs.at(next, at); !when.After(rs.now) {
			next = next.AddDays(1)
		}
		rs.alternative("next_day", rs.onceAt(next, at))
	}
}

// faultAlternatives offers what is near an impossible date or time.
func (rs *resolver) faultAlternatives() {
	r := &rs.p.r
	if r.fault != "impossible_date" || len(r.dates) != 1 {
		return
	}
	d := r.dates[0]
	if d.kind != dCalendar || d.m < 1 || d.m > 12 || d.n < 29 || d.n > 31 {
		return
	}
	y := d.y
	if y == 0 {
		y = rs.today.Year
		if d.m < int(rs.today.Month) {
			y++
		}
	}
	day := schedule.Date{Year: y, Month: time.Month(d.m), Day: daysIn(y, d.m)}
	if day.Valid() {
		rs.alternative("last_day", rs.onceAt(day, rs.anyClock()))
	}
}
