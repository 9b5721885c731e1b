package nlp

// category is what a word can be to the grammar.
type category uint8

const (
	cNone category = iota
	cNumber
	cArticle // "a": one, before a unit
	cOrdinal // -1 is "last"
	cOrdinalSuffix
	cFraction   // minutes: "half an" is 30, "anderthalb" 90
	cWeekday    // 1 Monday to 7 Sunday
	cShortDay   // "sat": a weekday only where its neighbours agree
	cAndWeekday // "and sunday" in one word, where that word has another meaning too
	cWeekdays   // "mondays": by itself a recurrence
	cDaySet     // several weekdays in one word: "MWF", a bit for each
	cMonth
	cUnit
	cUnits    // a number that has its unit inside: amount*16 + unit ("ساعتين")
	cAdverb   // "daily": interval*16 + unit
	cDaypart  // "morning"
	cRest     // a part of the day only behind "before" and "after": "bed"
	cDayparts // "mornings": by itself a recurrence
	cMeals    // "meals": all three
	cBefore
	cAfter
	cWith
	cRelativeDay  // 0 today, 1 tomorrow
	cRelativePart // day*32 + daypart: "tonight"
	cEvery
	cEach // repeats when a unit or a weekday follows a preposition: "por día", "a day"
	cOther
	cOtherAfter // behind a weekday: "un mardi sur deux"
	cTimes      // "times"
	cNTimes     // "twice"
	cTimesADay  // "BID"
	cHoursQ     // "q" of q6h
	cIn         // before a duration
	cInAfter    // behind it: "from now"
	cAt
	cOn
	cOf
	cThe
	cAnd
	cTo
	cFrom
	cUntil
	cUntilAfter
	cFor
	cForAfter
	cStart
	cStartAfter
	cExcept
	cExceptAfter
	cNext
	cThis
	cPrevious // "letzten"
	cAgo      // behind a duration that lies in the past
	cAgoBefore
	cComing
	cEndOf        // "Monatsende"
	cCompoundPart // a part of the day only when written behind a weekday: "Montagmorgen"
	cEnd          // "end of the month"
	cMeridiem
	cMeridiemLetter // written onto a figure: "8a", "2:30p"
	cOClock
	cPlus     // minutes added behind an hour: "and a half" 30, "menos cuarto" -15
	cPlusWord // "y", "und" before minutes in words
	cMinus    // "menos" before minutes in words
	cBack     // "без" before minutes, hour behind
	cMinutes  // minutes before an hour that they change: "half past" 30, "halb" -30
	cPast     // "ten past nine"
	cBeforeHour
	cDayMark  // "día" 20, 20 "числа"
	cZone     // index of a zone
	cZoneMark // "time" of "New York time"
	cNow
	cAsNeeded
	cDose // 1: counted like a dose, but no medicine ("glasses"); 2: measured, never behind an hour ("degrees")
	cMedical
	cCommand
	cRemind
	cLink // "to", "that" between a reminder and its message
	cPolite
	cNotTime // a phrase that looks like time and is none
	cStrict  // "exactly", swallowed by a clock
	cForever
	cTitle     // "Dr": what follows is a name
	cRatio     // "ratio": what is near is no clock
	cLabel     // "room": the number behind it is its name
	cHoliday   // "holidays": days that no calendar here knows
	cAhead     // days added to the weekday before it: "en huit" 7
	cMonthDay  // a day of the month in one word: "Monatserster" 1
	cInclude   // "including" before days that are meant too
	cAddress   // "street": the number beside it is a house
	cReading   // "pressure": what is read off as n/m
	cFood      // eaten at no set time: "30 min before food at 7am"
	cAfterNext // "übernächsten"
	cPlace     // "餐厅": a weekday written before it is its name
	cDayName   // "sunday times": the name of something, which may say its day too
	cBeing     // "lives": who does is no day
	cAlone     // a part of the day that says by itself when: "вечером"
	cEve       // "the eve of": the day before; 1 behind a day; 2 the day after
	cYearMark  // behind a year, where it also means something else: "2026 г."
)

// The units of cUnit.
const (
	second = iota + 1
	minute
	hour
	day
	week
	month
	year
	workday
	weekend
)

// The parts of the day of cDaypart.
const (
	dawn = iota + 1
	morning
	noon
	afternoon
	evening
	night
	bedtime
	midnight
	breakfast
	lunch
	dinner
)

var unitNames = map[string]int16{
	"second": second, "minute": minute, "hour": hour, "day": day, "week": week, "month": month,
	"year": year, "workday": workday, "weekend": weekend,
}

var daypartNames = map[string]int16{
	"dawn": dawn, "morning": morning, "noon": noon, "afternoon": afternoon, "evening": evening,
	"night": night, "bedtime": bedtime, "midnight": midnight, "breakfast": breakfast,
	"lunch": lunch, "dinner": dinner,
}

// categoryNames are the keys of a lexicon file.
var categoryNames = map[string]category{
	"number": cNumber, "article": cArticle, "ordinal": cOrdinal, "ordinal-suffix": cOrdinalSuffix,
	"fraction": cFraction, "weekday": cWeekday, "weekdays": cWeekdays, "short-weekday": cShortDay, "and-weekday": cAndWeekday, "day-set": cDaySet, "month": cMonth,
	"unit": cUnit, "units": cUnits, "adverb": cAdverb, "part": cDaypart, "rest": cRest, "parts": cDayparts,
	"meals": cMeals, "before": cBefore, "after": cAfter, "with": cWith,
	"relative-day": cRelativeDay, "relative-part": cRelativePart, "every": cEvery, "per": cEach,
	"other": cOther, "other-after": cOtherAfter, "times": cTimes, "n-times": cNTimes, "times-a-day": cTimesADay, "q": cHoursQ,
	"in": cIn, "in-after": cInAfter, "at": cAt, "on": cOn, "of": cOf, "the": cThe, "and": cAnd,
	"to": cTo, "from": cFrom, "until": cUntil, "until-after": cUntilAfter, "for": cFor,
	"for-after": cForAfter, "start": cStart, "start-after": cStartAfter, "except": cExcept,
	"except-after": cExceptAfter, "next": cNext, "this": cThis, "previous": cPrevious, "ago": cAgo, "ago-before": cAgoBefore, "coming": cComing, "end": cEnd, "end-of": cEndOf, "compound-part": cCompoundPart,
	"meridiem": cMeridiem, "meridiem-letter": cMeridiemLetter, "oclock": cOClock, "plus": cPlus, "plus-word": cPlusWord,
	"minus": cMinus, "back": cBack, "minutes": cMinutes, "past": cPast, "before-hour": cBeforeHour,
	"day-mark": cDayMark, "zone": cZone, "zone-mark": cZoneMark, "now": cNow,
	"as-needed": cAsNeeded, "dose": cDose, "medical": cMedical, "command": cCommand,
	"remind": cRemind, "link": cLink, "polite": cPolite, "not-time": cNotTime, "strict": cStrict,
	"forever": cForever, "title": cTitle, "ratio": cRatio, "year-mark": cYearMark,
	"label": cLabel, "holiday": cHoliday, "days-ahead": cAhead, "month-day": cMonthDay,
	"include": cInclude, "address": cAddress, "reading": cReading, "food": cFood, "place": cPlace, "day-name": cDayName, "being": cBeing, "eve": cEve, "alone": cAlone, "after-next": cAfterNext,
}

// schedules tells whether a word of the category speaks of time by itself. Such words say which
// language a phrase is in, and a small typo in one is forgiven.
func (c category) schedules() bool {
	switch c {
	case cWeekday, cShortDay, cWeekdays, cMonth, cUnit, cUnits, cAdverb, cRelativeDay, cRelativePart, cEvery,
		cTimesADay, cNTimes, cDayparts, cInAfter:
		return true
	}
	return false
}
