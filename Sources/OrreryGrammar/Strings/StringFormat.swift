import Synchronization

/// The formats that are enforced, each by a pattern that matches exactly its texts.
enum StringFormat {
    /// The formats of the specification that are not enforced.
    static let unsupported: Set<String> = [
        "idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "regex",
    ]

    static func isKnown(_ name: String) -> Bool { patterns[name] != nil || name == "time" || name == "date-time" }

    private static let automata = Mutex<[String: ByteAutomaton]>([:])

    /// - Throws: `TooLarge`, which no pattern here is.
    static func automaton(_ name: String) throws -> ByteAutomaton {
        if let known = automata.withLock({ $0[name] }) { return known }
        let automaton =
            switch name {
            case "time": TimeFormat.automaton(behindDate: nil)
            case "date-time":
                TimeFormat.automaton(behindDate: try RegexCompiler.automaton(date, whole: true, limit: 10_000))
            default: try RegexCompiler.automaton(patterns[name]!, whole: true, limit: 10_000)
            }
        automata.withLock { $0[name] = automaton }
        return automaton
    }

    // RFC 3339, section 5.6.
    private static let date =
        "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        + "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        + "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
    // RFC 3339, appendix A.
    private static let duration =
        "P(?:[0-9]+W|(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)(?:\(durationTime))?|\(durationTime))"
    private static let durationTime = "T(?:[0-9]+S|[0-9]+M(?:[0-9]+S)?|[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?)"

    // RFC 1123, section 2.1; labels of at most 63 characters. Those with two hyphens in the third place are encoded
    // (RFC 5890, section 2.3.1), and whether what they encode is allowed is no question for an automaton: none is taken.
    private static let label =
        "(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]?[A-Za-z0-9]"
        + "|[A-Za-z0-9][A-Za-z0-9-](?:[A-Za-z0-9][A-Za-z0-9-]|-[A-Za-z0-9])[A-Za-z0-9-]{0,58}[A-Za-z0-9]"
        + "|[A-Za-z0-9][A-Za-z0-9-](?:[A-Za-z0-9]|-)[A-Za-z0-9])"
    private static let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let ipv4 = "\(octet)(?:\\.\(octet)){3}"

    // RFC 4291, section 2.2, as the grammar of RFC 3986 has it.
    private static let ipv6: String = {
        let group = "[0-9A-Fa-f]{1,4}"
        let last = "(?:\(group):\(group)|\(ipv4))"
        return "(?:(?:\(group):){6}\(last)|::(?:\(group):){5}\(last)|(?:\(group))?::(?:\(group):){4}\(last)"
            + "|(?:(?:\(group):){0,1}\(group))?::(?:\(group):){3}\(last)"
            + "|(?:(?:\(group):){0,2}\(group))?::(?:\(group):){2}\(last)"
            + "|(?:(?:\(group):){0,3}\(group))?::\(group):\(last)"
            + "|(?:(?:\(group):){0,4}\(group))?::\(last)|(?:(?:\(group):){0,5}\(group))?::\(group)"
            + "|(?:(?:\(group):){0,6}\(group))?::)"
    }()

    // RFC 5321, section 4.1.2.
    private static let email: String = {
        let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
        let quoted = "\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\""
        return "(?:\(atom)(?:\\.\(atom))*|\(quoted))@(?:\(label)(?:\\.\(label))*|\\[(?:\(ipv4)|IPv6:\(ipv6))\\])"
    }()

    // RFC 3986, appendix A.
    private static let unreserved = "A-Za-z0-9._~\\-", subDelimiters = "!$&'()*+,;="
    private static let escaped = "%[0-9A-Fa-f]{2}"
    private static let pchar = "(?:[\(unreserved)\(subDelimiters):@]|\(escaped))"
    private static let authority: String = {
        let user = "(?:[\(unreserved)\(subDelimiters):]|\(escaped))*@"
        let future = "[vV][0-9A-Fa-f]+\\.[\(unreserved)\(subDelimiters):]+"
        let name = "(?:[\(unreserved)\(subDelimiters)]|\(escaped))*"
        return "(?:\(user))?(?:\\[(?:\(ipv6)|\(future))\\]|\(name))(?::[0-9]*)?"
    }()
    private static let tail = "(?:\\?(?:\(pchar)|[/?])*)?(?:#(?:\(pchar)|[/?])*)?"
    private static let uri =
        "[A-Za-z][A-Za-z0-9+.-]*:(?://\(authority)(?:/\(pchar)*)*|/(?:\(pchar)+(?:/\(pchar)*)*)?|\(pchar)+(?:/\(pchar)*)*|)\(tail)"
    private static let uriReference: String = {
        let noColon = "(?:[\(unreserved)\(subDelimiters)@]|\(escaped))+"
        let relative =
            "(?://\(authority)(?:/\(pchar)*)*|/(?:\(pchar)+(?:/\(pchar)*)*)?|\(noColon)(?:/\(pchar)*)*|)\(tail)"
        return "(?:\(uri)|\(relative))"
    }()

    // RFC 6901, section 3.
    private static let pointer = "(?:/(?:[^/~]|~[01])*)*"

    private static let patterns: [String: String] = [
        "date": date,
        "duration": duration,
        "email": email,
        "hostname": "\(label)(?:\\.\(label))*",
        "ipv4": ipv4,
        "ipv6": ipv6,
        "uri": uri,
        "uri-reference": uriReference,
        "uuid": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "json-pointer": pointer,
        "relative-json-pointer": "(?:0|[1-9][0-9]*)(?:#|\(pointer))",
    ]
}
