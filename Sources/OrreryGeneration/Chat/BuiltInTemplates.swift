/// Templates for models that come without one, by name.
package enum BuiltInTemplates {
    /// ChatML, which most models know that were tuned on open data.
    package static let chatML = """
        {%- for message in messages %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\\n' }}
        {%- endif %}
        """

    /// Names in plain text, for a model that saw dialogues and no special tokens.
    package static let plain = """
        {%- for message in messages %}
        {%- if message.role == 'system' %}
        {{- message.content + '\\n\\n' }}
        {%- else %}
        {{- ('User: ' if message.role == 'user' else 'Assistant: ') + message.content + '\\n' }}
        {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- 'Assistant:' }}
        {%- endif %}
        """

    package static let named = ["chatml": chatML, "plain": plain]
}
