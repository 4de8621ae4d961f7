import OrreryFiles

/// The tokens that files next to a tokenizer's own add to it: `added_tokens_decoder` of `tokenizer_config.json`, else
/// `added_tokens.json`; the tokens with a role (`pad_token`, `mask_token`, ...); the marks without one
/// (`additional_special_tokens`, `extra_special_tokens`).
///
/// Source: transformers 5.24, `tokenization_utils_base.py` and `tokenization_utils_tokenizers.py`.
struct FurtherTokens {
    /// In the order in which transformers adds them; `AddedToken.unnumbered` is the id of those for which the files
    /// give none.
    private(set) var listed: [AddedToken] = []
    private let path: String

    /// The texts of those whose id a file says.
    var numberedTexts: Set<[UInt8]> {
        Set(listed.filter { $0.id != AddedToken.unnumbered }.map { Array($0.content.utf8) })
    }
    /// The texts of those that are found in a text before the model sees it: all but an unknown token that has a role
    /// only.
    private(set) var namedTexts: Set<[UInt8]> = []

    /// - Parameters:
    ///   - path: the tokenizer's file.
    ///   - defaults: tokens with a role that the class has where the files name none.
    ///   - maskTakesSpace: whether a mask token of which the files say the text alone takes the space before it.
    init(
        nextTo path: String, _ configuration: TokenizerConfiguration?, defaults: [String: String] = [:],
        maskTakesSpace: Bool = false
    ) throws {
        self.path = path
        let roles = try TokenizerConfiguration.roleTokens(
            of: configuration, defaults: defaults, maskTakesSpace: maskTakesSpace)
        let marks = try configuration?.marksWithoutRole ?? []
        let special = Set((roles + marks).map { Array($0.content.utf8) })
        var tokens = try configuration?.addedTokens ?? []
        let file = Path.join(Path.parent(path), "added_tokens.json")
        if configuration?.hasAddedTokens != true, FileStatus(file) != nil {
            tokens = try JSONFields(contentsOf: file, dialect: .python).object.members.map { content, id in
                let isSpecial = special.contains(Array(content.utf8))
                var token = AddedToken(id: Self.id(id), content: content, isSpecial: isSpecial)
                token.normalized = !isSpecial
                return token
            }.sorted { $0.id < $1.id }
        }
        var seen = Set<[UInt8]>()
        func add(_ tokens: [AddedToken]) {
            listed += tokens.filter { !$0.content.isEmpty && seen.insert(Array($0.content.utf8)).inserted }
        }
        // A token with a role is special, whatever else says of it.
        add(
            tokens.map {
                AddedToken($0, id: $0.id, isSpecial: $0.isSpecial || special.contains(Array($0.content.utf8)))
            })
        add(roles)
        add(marks)
        let unknown = try configuration?.unkToken.map { Array($0.utf8) }
        namedTexts = Set(
            listed.filter { $0.id != AddedToken.unnumbered || Array($0.content.utf8) != unknown }.map {
                Array($0.content.utf8)
            })
    }

    /// An id of `added_tokens.json`, which only orders the tokens.
    private static func id(_ value: JSONValue) -> TokenID {
        switch value {
        case .int(let id): TokenID(clamping: id)
        case .double(let id) where id.isFinite: TokenID(clamping: Int64(max(-1e9, min(1e9, id))))
        default: AddedToken.unnumbered
        }
    }

    /// The tokens with their numbers, those that the vocabulary has and those that it lacks; what the files say
    /// otherwise, a line each.
    struct Numbered {
        var tokens: [AddedToken] = []
        var known: [AddedToken] = []
        var warnings: [String] = []
    }

    /// - Parameters:
    ///   - size: the number of the tokenizer's tokens.
    ///   - rows: how many tokens the model has rows for: those beyond are left out.
    ///   - id: the id of a token that it has.
    func numbered(size: Int, rows: Int?, id: (String) -> TokenID?) -> Numbered {
        // T5's marks for filling in are numbered downwards.
        let fillIn = Self.numberedDownwards(listed.filter { $0.id == AddedToken.unnumbered && id($0.content) == nil })
        let others = listed.filter { token in !fillIn.contains { $0.content.utf8.elementsEqual(token.content.utf8) } }
        let numbers = NumberedTokens(others + fillIn, count: size, rows: rows, modelID: id)
        var result = Numbered(warnings: numbers.warnings.map { "\(path): \($0)" })
        for token in numbers.tokens {
            if id(token.content) == nil { result.tokens.append(token) } else { result.known.append(token) }
        }
        return result
    }

    /// Those called `<extra_id_7>`, the highest number first.
    private static func numberedDownwards(_ tokens: [AddedToken]) -> [AddedToken] {
        func number(_ token: AddedToken) -> Int? {
            token.content.wholeMatch(of: /<extra_id_([0-9]{1,6})>/).flatMap { Int($0.1) }
        }
        return tokens.filter { number($0) != nil }.sorted { number($0)! > number($1)! }
    }
}
