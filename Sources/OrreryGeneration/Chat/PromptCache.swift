import Kernels
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// Keys and values that outlive one generation, for prompts that begin alike, such as the turns of a conversation.
///
/// The longest common beginning is reused, token for token; results don't depend on it. One generation at a time may
/// use a cache.
public final class PromptCache {
    /// The sequence whose keys and values are held.
    public private(set) var tokens: [TokenID] = []
    private var state: (any SequenceState)?
    private var type: CacheType?
    private var computeType: ElementType?
    private var adapter: Adapter?

    /// An empty cache.
    public init() {}

    /// Forgets everything, and frees the memory.
    public func clear() { (tokens, state, type, computeType, adapter) = ([], nil, nil, nil, nil) }

    /// Forgets what has been read, and keeps the state, which begins again.
    func forget() { tokens = [] }

    /// Whether there is a state for such a generation.
    func canHold(_ options: GenerationOptions, capacity: Int, of source: TextModel) -> Bool {
        guard let state else { return false }
        return computeType == options.computeType && type == options.cacheType && adapter === source.adapter
            && state.capacity >= capacity
    }

    /// The capacity of a new state: with a cache that lives on, room for some turns more, so that not every turn starts
    /// anew.
    static func positions(_ capacity: Int, _ cache: PromptCache?, of source: TextModel) -> Int {
        cache == nil ? capacity : min(source.contextLength, max(2 * capacity, 1024))
    }

    /// A state that has read the beginning of the prompt as far as it is known, without the last token, whose logits
    /// are wanted.
    func state(for options: GenerationOptions, capacity: Int, of source: TextModel) -> any SequenceState {
        if let state, canHold(options, capacity: capacity, of: source) {
            let common = min(zip(tokens, options.prompt).prefix { $0 == $1 }.count, options.prompt.count - 1)
            // A layer with a window may have let go of what this prompt's next token sees: then it is computed anew.
            let kept = state.canTruncate(to: common) ? common : 0
            state.truncate(to: kept)
            tokens.removeSubrange(kept...)
            return state
        }
        clear()  // before the new one takes memory
        let state = source.makeState(capacity: Self.positions(capacity, self, of: source), type: options.cacheType)
        (self.state, type, computeType) = (state, options.cacheType, options.computeType)
        adapter = source.adapter
        return state
    }

    func append(_ computed: ArraySlice<TokenID>) { tokens += computed }
}
