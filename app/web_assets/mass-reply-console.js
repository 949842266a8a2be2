import{C as e,D as t,E as n,S as r,T as i,_ as a,a as o,b as s,c,d as l,f as u,g as d,h as f,i as ee,l as te,m as p,n as ne,o as m,p as re,r as ie,s as h,t as ae,u as oe,v as g,w as _,x as v,y}from"./mass-reply-dialog.js";var se=e=>(...t)=>({_$litDirective$:e,values:t}),ce=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}},{I:le}=n,ue={},de=(e,t=ue)=>e._$AH=t,fe=se(class extends ce{constructor(){super(...arguments),this.key=_}render(e,t){return this.key=e,t}update(e,[t,n]){return t!==this.key&&(de(e),this.key=t),n}}),b={meta:{channels:[`facebook`,`instagram`],config:[{name:`page_id`,kind:`text`,required:!1},{name:`instagram_id`,kind:`text`,required:!1},{name:`api_version`,kind:`text`,required:!1,usual:`v25.0`},{name:`human_agent`,kind:`boolean`,required:!1,usual:!1},{name:`base_url`,kind:`text`,required:!1}],credentials:[{name:`access_token`,kind:`secret`,required:!0},{name:`app_secret`,kind:`secret`,required:!0},{name:`verify_token`,kind:`secret`,required:!0}]},postmark:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`message_stream`,kind:`text`,required:!1,usual:`outbound`},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.postmarkapp.com`}],credentials:[{name:`server_token`,kind:`secret`,required:!0}]},sendgrid:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`webhook_public_key`,kind:`text`,required:!1},{name:`inbound_public_key`,kind:`text`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.sendgrid.com`}],credentials:[{name:`api_key`,kind:`secret`,required:!0}]},smtp:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`host`,kind:`text`,required:!0},{name:`port`,kind:`integer`,required:!0},{name:`tls`,kind:`choice`,required:!1,choices:[`starttls`,`implicit`,`none`],usual:`starttls`}],credentials:[{name:`username`,kind:`text`,required:!1},{name:`password`,kind:`secret`,required:!1}]},twilio:{channels:[`sms`],config:[{name:`account_sid`,kind:`text`,required:!0},{name:`from`,kind:`text`,required:!1},{name:`messaging_service_sid`,kind:`text`,required:!1},{name:`region`,kind:`text`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.twilio.com`}],credentials:[{name:`auth_token`,kind:`secret`,required:!0}]},webchat:{channels:[`chat`],config:[],credentials:[]},webhook:{channels:[`chat`,`email`,`facebook`,`instagram`,`other`,`sms`,`whatsapp`],config:[{name:`url`,kind:`text`,required:!0},{name:`region`,kind:`text`,required:!1}],credentials:[{name:`secret`,kind:`secret`,required:!0}]},whatsapp_cloud:{channels:[`whatsapp`],config:[{name:`phone_number_id`,kind:`text`,required:!0},{name:`api_version`,kind:`text`,required:!1,usual:`v25.0`},{name:`fallback_template`,kind:`object`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://graph.facebook.com`}],credentials:[{name:`access_token`,kind:`secret`,required:!0},{name:`app_secret`,kind:`secret`,required:!0},{name:`verify_token`,kind:`secret`,required:!0}]}},x=class extends e{constructor(...e){super(...e),this.place=new URLSearchParams,this.problem=``,this.may=e=>this.me.permissions.includes(e),this.#e=null}createRenderRoot(){return this}#e;async try(e){this.problem=``;try{await e()}catch(t){this.failed(t,()=>this.try(e))}}failed(e,t){let n=e instanceof a||g(e);if(this.#e=n?t:null,e instanceof d)this.dispatchEvent(new Event(`signed-out`,{bubbles:!0}));else if(n)this.problem=this.words.say(g(e)?`overloaded`:`no_answer`);else if(e instanceof f)this.problem=pe(e,this.words);else if(e instanceof SyntaxError)this.problem=this.words.say(`not_json`);else throw e}said(){let e=this.#e,t=e&&i` <button @click=${()=>{this.problem=``,e()}}>${this.words.say(`try_again`)}</button>`;return this.problem?i`<p class="note bad" role="alert">${this.problem}${t}</p>`:``}};c([v({attribute:!1})],x.prototype,`api`,void 0),c([v({attribute:!1})],x.prototype,`words`,void 0),c([v({attribute:!1})],x.prototype,`me`,void 0),c([v({attribute:!1})],x.prototype,`place`,void 0),c([s()],x.prototype,`problem`,void 0);var pe=(e,t)=>[t.fault(e),...e.faults.map(e=>`${me(e.pointer,t)} ${t.fault(e)}`)].join(` `),me=(e,t)=>{let[,n]=/^\/(?:config|credentials)\/(\w+)$/.exec(e)??[];return n?`${t.field(n)}:`:e},S=(e,t={})=>{let n=t instanceof URLSearchParams?[...t]:Object.entries(t),r=new URLSearchParams(n.filter(([,e])=>e));return`#/${e}${r.size?`?${r}`:``}`},C=e=>i`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${w[e]??w.other}></path></svg>`,w={email:`M1.5 3.5h13v9h-13zM1.5 4l6.500 5 6.500-5`,chat:`M1.500 2.500h13v8.500h-7l-3.500 3v-3h-2.500z`,sms:`M4.500 1.500h7v13h-7zM7 12.500h2`,whatsapp:`M8 1.500a6.500 6.500 0 1 1-3.300 12.100l-3.200.9.900-3.100A6.500 6.500 0 0 1 8 1.500M5.500 5.500c0 3 2 5 5 5`,voice:`M3 2l2.500-.5 1.500 3.500-1.500 1.500c.7 1.500 2 2.800 3.500 3.500l1.500-1.500 3.500 1.500-.5 2.500c-6 1-11.500-4.500-10.500-10.500`,facebook:`M8 1.500c3.700 0 6.500 2.600 6.500 6s-2.800 6-6.500 6l-2 1.500-.5-2.100C3 12 1.500 10 1.500 7.500c0-3.400 2.800-6 6.500-6M4.500 9l2.500-2.500 2 1.500 2.500-2`,instagram:`M2 4.500A2.500 2.500 0 0 1 4.500 2h7A2.500 2.500 0 0 1 14 4.500v7a2.500 2.500 0 0 1-2.500 2.500h-7A2.500 2.500 0 0 1 2 11.500zM8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6`,other:`M8 1.500l6.500 6.500-6.500 6.500L1.500 8z`},T=/* @__PURE__ */ new Set([`base_url`,`api_version`,`region`,`message_stream`,`inbound_public_key`,`fallback_template`]),E=class extends x{constructor(...e){super(...e),this.account=null,this.chosen=`postmark`}get provider(){return this.account?.provider??this.chosen}render(){let{say:e,channel:t,field:n}=this.words,{account:r,provider:a}=this,o=b[a],s=o.config.filter(e=>!T.has(e.name)),c=o.config.filter(e=>T.has(e.name));return i`<form class="stack card" aria-label=${r?.name??e(`new_account`)} @submit=${this.#n}>
      <h2>${r?`${e(`edit`)}: ${r.name}`:e(`new_account`)}</h2>
      ${this.said()}
      <div class="row fields">
        ${r?_:i`<label class="field">${e(`provider`)}<select @change=${e=>this.chosen=h(e)}>
                ${Object.keys(b).map(e=>i`<option value=${e} ?selected=${e===a}>${n(e)}</option>`)}</select></label>
              <label class="field">${e(`short_name`)}<input name="key" required size="16" pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}" placeholder="support-email" /></label>`}
        <label class="field grow">${e(`name`)}<input class="full" name="name" required maxlength="200" .value=${r?.name??``} placeholder=${e(`account_name_hint`)} /></label>
      </div>
      ${fe(a,i`<div class="row fields">
            ${o.channels.length>1?this.#e(o.channels):i`<input type="hidden" name="channel" value=${o.channels[0]} />`}
            ${s.map(e=>this.#t(`config`,e))} ${o.credentials.map(e=>this.#t(`credentials`,e))}
          </div>
          ${r&&o.credentials.length?i`<p class="soft">${e(`secrets_stay`)}</p>`:_}
          <details><summary>${e(`more_settings`)}</summary><div class="row fields">
            ${c.map(e=>this.#t(`config`,e))}
            <label class="field">${e(`rate`)}<input name="rate" type="number" min="0.001" max="10000" step="any" required .value=${String(r?.rate_per_second??10)} /></label>
            <label class="field">${e(`in_flight`)}<input name="in_flight" type="number" min="1" max="1000" required .value=${String(r?.max_in_flight??32)} /></label>
            <label class="choice"><input name="enabled" type="checkbox" .checked=${r?.enabled??!0} />${e(`account_on`)}</label>
          </div></details>`)}
      <div class="row"><button class="main">${e(`save`)}</button>
        <button type="button" @click=${()=>this.dispatchEvent(new Event(`left`))}>${e(`cancel_form`)}</button></div>
      ${o.channels.length===1?i`<p class="soft">${e(`col_channel`)}: ${t(o.channels[0])}</p>`:_}
    </form>`}#e(e){let{say:t,channel:n}=this.words,r=this.account?.channel;return i`<label class="field">${t(`col_channel`)}<select name="channel">
      ${e.map(e=>i`<option value=${e} ?selected=${e===r}>${n(e)}</option>`)}</select></label>`}#t(e,{name:t,kind:n,required:r,choices:a,usual:o}){let s=(e===`config`?this.account?.config[t]:void 0)??o??``,c=`${e}.${t}`,l=this.words.field(t);if(n===`boolean`)return i`<label class="choice lower"><input type="checkbox" name=${c} .checked=${s===!0} />${l}</label>`;if(a)return i`<label class="field">${l}<select name=${c}>${a.map(e=>i`<option ?selected=${e===s}>${e}</option>`)}</select></label>`;let u=r&&!(e===`credentials`&&this.account),d=n===`secret`?`password`:n===`integer`?`number`:`text`,f=n===`object`&&s?JSON.stringify(s):String(s);return i`<label class="field">${l}<input name=${c} type=${d} size="28" ?required=${u} autocomplete="off" spellcheck="false" .value=${f} /></label>`}#n(e){e.preventDefault();let t=new FormData(e.currentTarget),n=this.account?.key??String(t.get(`key`));this.try(async()=>{let e=await this.api.put(`/channel-accounts/{key}`,{path:{key:n},body:this.#r(t)});this.dispatchEvent(new CustomEvent(`saved`,{detail:e}))})}#r(e){let t=this.#i(`credentials`,e);return{channel:e.get(`channel`),provider:this.provider,name:String(e.get(`name`)).trim(),config:this.#i(`config`,e),credentials:this.account&&!Object.keys(t).length?null:t,rate_per_second:Number(e.get(`rate`)),max_in_flight:Number(e.get(`in_flight`)),enabled:e.has(`enabled`)}}#i(e,t){let n=b[this.provider][e].flatMap(({name:n,kind:r})=>{let i=String(t.get(`${e}.${n}`)??``).trim();return r===`boolean`?[[n,t.has(`${e}.${n}`)]]:i?[[n,r===`integer`?Number(i):r===`object`?JSON.parse(i):i]]:[]});return Object.fromEntries(n)}};c([v({attribute:!1})],E.prototype,`account`,void 0),c([s()],E.prototype,`chosen`,void 0),E=c([r(`mass-reply-account-form`)],E);var D=class extends x{constructor(...e){super(...e),this.going=null,this.saved=!1}section(e,t){return i`<section class="stack" aria-label=${e}><h2>${e}</h2>${this.said()} ${t}</section>`}table(e,t){let{say:n}=this.words;return e===null?this.problem?_:i`<p class="soft">${n(`loading`)}</p>`:e.length?i`<div class="wide"><table class="rows"><tbody>${e.map(t)}</tbody></table></div>`:i`<p class="soft">${n(`nothing_here`)}</p>`}removal(e,t,n){let{say:r}=this.words;if(this.going!==t)return i`<button class="plain stop" aria-label="${e}: ${t}" @click=${()=>this.going=t}>${e}</button>`;let a=()=>this.going=null;return i`<span class="row" role="group" aria-label=${t}><button class="stop" @click=${()=>{a(),this.try(n)}}>${r(`really`,{what:e})}</button>
      <button class="plain" @click=${a}>${r(`keep_it`)}</button></span>`}once(e){let{say:t}=this.words;return i`<div class="note amber stack" role="status"><p><strong>${t(`shown_once`)}</strong></p>
      <label class="field full">${t(`secret`)}<input class="full" readonly .value=${e} @focus=${e=>e.target.select()} /></label></div>`}read(e){e.preventDefault();let t=e.currentTarget;return Object.fromEntries([...new FormData(t)].map(([e,t])=>[e,String(t).trim()]))}};c([s()],D.prototype,`going`,void 0),c([s()],D.prototype,`saved`,void 0);var O=class extends D{constructor(...e){super(...e),this.items=null,this.checks=/* @__PURE__ */ new Map,this.copied=``,this.last=``,this.#e=async()=>{this.items=(await this.api.get(`/channel-accounts`,{query:{limit:500}})).items},this.#r=e=>this.try(async()=>{this.#i(e,null);try{this.#i(e,await this.api.post(`/channel-accounts/{key}/test`,{path:{key:e}}))}catch(t){throw this.#i(e,void 0),t}})}firstUpdated(){this.may(`admin`)&&this.try(this.#e)}#e;async#t({key:e}){this.edited=void 0,this.last=e,await this.try(this.#e),await this.updateComplete,this.renderRoot.querySelector(`article.last`)?.focus()}async#n(e){await this.api.delete(`/channel-accounts/{key}`,{path:{key:e}}),await this.#e()}#r;#i(e,t){this.checks=new Map(this.checks).set(e,t)}async#a(e){let t=navigator.clipboard?.writeText(e.callback_url).then(()=>e.key,()=>``);this.copied=await t??``}render(){let{say:e}=this.words;return this.may(`admin`)?i`<div class="page-head row spread"><h1>${e(`nav_accounts`)}</h1>
        ${this.edited===void 0?i`<button class=${this.items?.length?``:`main`} @click=${()=>this.edited=null}>${e(`new_account`)}</button>`:_}</div>
      ${this.said()} ${this.edited===void 0?_:this.#o(this.edited)}
      ${this.items===null?i`<p class="soft">${e(`loading`)}</p>`:_}
      ${this.items?.length===0?i`<p class="soft">${e(`no_accounts`)}</p>`:_}
      <div class="cards">${this.items?.map(e=>this.#s(e))}</div>`:i`<h1>${e(`nav_accounts`)}</h1><p class="note">${e(`needs_admin`)}</p>`}#o(e){return i`<mass-reply-account-form
      .api=${this.api} .words=${this.words} .me=${this.me} .account=${e}
      @saved=${e=>this.#t(e.detail)} @left=${()=>this.edited=void 0}
    ></mass-reply-account-form>`}#s(e){let{words:t}=this,{say:n}=t,r=this.checks.get(e.key),a=e.key===this.last;return i`<article class="card stack ${a?`last`:``}" tabindex=${a?-1:_} aria-label=${e.name}>
      ${a?i`<p class="note" role="status">${n(e.provider===`webchat`||e.provider===`smtp`?`account_saved_plain`:`account_saved`)}</p>`:_}
      <div class="row spread"><h2>${C(e.channel)} ${e.name}</h2><span class="state ${e.state}">${t.named(`account`,e.state)}</span></div>
      <p class="soft">${e.key} · ${t.channel(e.channel)} · ${e.provider} · ${n(`per_second`,{n:e.rate_per_second})}</p>
      ${e.pause_reason?i`<p class="note amber">${e.pause_reason}</p>`:_}
      <label class="field full">${n(`callback_address`)}
        <input class="full" readonly .value=${e.callback_url} @focus=${e=>e.target.select()} /></label>
      <p class="soft">${n(`setup_${he.has(e.provider)?e.provider:`other`}`)}</p>
      <div class="row">
        <button @click=${()=>this.#a(e)}>${n(this.copied===e.key?`copied`:`copy`)}</button>
        <button ?disabled=${r===null} @click=${()=>this.#r(e.key)}>${n(`test`)}</button>
        <button class="plain" aria-label="${n(`edit`)}: ${e.name}" @click=${()=>this.edited=e}>${n(`edit`)}</button>
        ${this.removal(n(`delete`),e.name,()=>this.#n(e.key))}
      </div>
      <p role="status">${r?i`<strong>${t.named(`credentials`,r.credentials)}</strong> ${r.detail}
              <span class="soft">${t.named(`callbacks`,r.callbacks)}${r.last_callback_at?` · ${t.time(r.last_callback_at)}`:``}</span>`:r===null?n(`loading`):_}</p>
    </article>`}};c([s()],O.prototype,`items`,void 0),c([s()],O.prototype,`checks`,void 0),c([s()],O.prototype,`copied`,void 0),c([s()],O.prototype,`edited`,void 0),c([s()],O.prototype,`last`,void 0),O=c([r(`mass-reply-accounts`)],O);var he=/* @__PURE__ */ new Set([`postmark`,`sendgrid`,`smtp`,`twilio`,`whatsapp_cloud`,`meta`,`webchat`,`webhook`]),k=[`tag`,`tag_any`,`tag_none`,`channel`,`status`,`engagement`,`team`,`assignee`,`contact`,`subject`,`written_from`,`written_to`,`created_from`,`created_to`,`field`,`json`],A={channel:[`email`,`chat`,`sms`,`whatsapp`,`voice`,`facebook`,`instagram`,`other`],status:[`active`,`snoozed`,`done`,`archived`],engagement:[`pending`,`engaged`]},j=/* @__PURE__ */ new Set([`written_from`,`written_to`,`created_from`,`created_to`]),M=/* @__PURE__ */ new Set([`subject`,`json`,...j]),N=`field.`;function P(e){return[...new Set(e.keys())].flatMap(t=>{let n=t.startsWith(N)&&t!==N?`field`:k.find(e=>e===t&&e!==`field`),r=e.getAll(t).filter(Boolean);return n&&r.length?[{name:t,kind:n,values:r}]:[]})}function F(e){let t={},n=(e,n,r)=>t[e]={...t[e],[n]:r};for(let{name:r,kind:i,values:a}of P(e))i===`tag`?n(`tags`,`all`,a):i===`tag_any`?n(`tags`,`any`,a):i===`tag_none`?n(`tags`,`none`,a):i===`subject`?t.subject_contains=a[0]:i===`field`?n(`custom_fields`,r.slice(6),a):i===`json`?t.any_of=[JSON.parse(a[0])]:j.has(i)?n(i.startsWith(`written`)?`last_customer_message_at`:`created_at`,i.endsWith(`from`)?`from`:`to`,_e(a[0])):t[i]=a;return t}function ge(e){let t=new URLSearchParams,n=(e,n)=>{for(let r of[n??[]].flat())t.append(e,String(r))},{tags:r,custom_fields:i,subject_contains:a,...o}=e;for(let[e,t]of[[`all`,`tag`],[`any`,`tag_any`],[`none`,`tag_none`]])n(t,r?.[e]);for(let[e,t]of Object.entries(i??{}))n(N+e,t);n(`subject`,a);for(let[e,t]of Object.entries(o))k.some(t=>t===e)&&!j.has(e)&&n(e,t);return t}var _e=e=>(/* @__PURE__ */ new Date(`${e}T00:00`)).toISOString();function ve(e,t,n){let r=/^([a-z_]+):(.+)$/s.exec(n.trim()),i=r&&k.find(e=>e===r[1]);return i?I(e,i,r[2].trim()):I(e,t,n.trim())}function I(e,t,n){let r=new URLSearchParams(e),[i,a]=t===`field`?ye(n):[t,n];if(!i||!a)return r;let o=M.has(t)?[a]:a.split(`,`).map(e=>e.trim()).filter(Boolean),s=M.has(t)?[]:r.getAll(i);r.delete(i);for(let e of/* @__PURE__ */ new Set([...s,...o]))r.append(i,e);return r}function ye(e){let t=/^([^=:]+)[=:](.+)$/s.exec(e);return t?[N+t[1].trim(),t[2].trim()]:[null,null]}function L(e,t){let n=new URLSearchParams(e);return n.delete(t),n}var be=e=>P(e).reduce((e,t)=>L(e,t.name),e),R=class extends e{constructor(...e){super(...e),this.place=new URLSearchParams,this.kind=`tag`}createRenderRoot(){return this}render(){let{say:e}=this.words,t=P(this.place);return i`<form class="row filters" role="search" aria-label=${e(`filter`)} @submit=${this.#n}>
        <label class="field">${e(`filter`)}
          <select .value=${this.kind} @change=${e=>this.kind=h(e)}>
            ${k.map(t=>i`<option value=${t} ?selected=${t===this.kind}>${e(`filter_${t}`)}</option>`)}
          </select></label>
        <label class="field">${e(`filter_value`)} ${this.#e()}</label>
        <button class="lower">${e(`filter_add`)}</button>
      </form>
      <ul class="row chips" aria-label=${e(`filters`)}>
        ${t.map(e=>this.#t(e))}
        ${t.length>1?i`<li><button class="plain" @click=${()=>this.#r(be(this.place))}>${e(`clear`)}</button></li>`:_}
      </ul>`}#e(){let{named:e,say:t}=this.words,{kind:n}=this,r=A[n];if(r)return i`<select name="value">${r.map(t=>i`<option value=${t}>${e(n,t)}</option>`)}</select>`;if(j.has(n))return i`<input name="value" type="date" required />`;let a=n===`field`?`plan=pro`:n===`json`?`{"not": {"team": ["billing"]}}`:t(`filter_hint`);return i`<input name="value" required size="28" placeholder=${a} autocomplete="off" spellcheck="false" />`}#t({name:e,kind:t,values:n}){let{named:r,say:a}=this.words,o=t===`field`?e.slice(6):a(`filter_${t}`),s=n.map(e=>A[t]?r(t,e):e).join(` ${a(t===`tag`?`and`:`or`)} `);return i`<li class="chip filter"><span><span class="soft">${o}</span> ${s}</span>
      <button class="plain" aria-label=${a(`remove`,{name:`${o} ${s}`})} @click=${()=>this.#r(L(this.place,e))}>✕</button></li>`}#n(e){e.preventDefault(),this.#r(ve(this.place,this.kind,this.field.value)),this.field instanceof HTMLInputElement&&(this.field.value=``),this.field.focus()}#r(e){this.dispatchEvent(new CustomEvent(`filtered`,{detail:e,bubbles:!0}))}};c([v({attribute:!1})],R.prototype,`words`,void 0),c([v({attribute:!1})],R.prototype,`place`,void 0),c([s()],R.prototype,`kind`,void 0),c([y(`[name=value]`)],R.prototype,`field`,void 0),R=c([r(`mass-reply-filters`)],R);var z=class extends x{constructor(...e){super(...e),this.conversation=``,this.items=null,this.about=null,this.#e=``,this.#t=e=>this.try(async()=>{let t={conversation_id:e},[n,r]=await Promise.all([this.api.get(`/conversations/{conversation_id}`,{path:t}),this.api.get(`/conversations/{conversation_id}/timeline`,{path:t,query:{limit:200}})]);e===this.#e&&([this.about,this.items]=[n,r.items])})}#e;willUpdate(){this.conversation!==this.#e&&(this.#e=this.conversation,this.items=this.about=null,this.#t(this.conversation))}#t;render(){let{words:e}=this,{say:t}=e;return i`<aside class="thread stack" aria-label=${t(`thread`)}>
      <div class="row spread thread-head"><h2>${this.about?e.who(this.about.contact):t(`thread`)}</h2>
        <button class="plain" aria-label=${t(`close`)} @click=${()=>this.dispatchEvent(new Event(`left`,{bubbles:!0}))}>✕</button></div>
      ${this.about?.subject?i`<p><strong>${this.about.subject}</strong></p>`:_}
      ${this.said()}
      ${this.items===null&&!this.problem?i`<p class="soft">${t(`loading`)}</p>`:_}
      ${this.items?.length===0?i`<p class="soft">${t(`nothing_here`)}</p>`:_}
      ${this.items?.map(e=>this.#n(e))}
    </aside>`}#n(e){let{words:t}=this,{say:n}=t;return i`<article class="item ${e.kind}">
      <p class="soft"><strong>${t.named(`kind`,e.kind)}</strong>${e.author?.name?` · ${e.author.name}`:``}
        · <time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time>
        ${e.delivery_status?i` · ${t.status(e.delivery_status)}`:_}
        ${e.mass_reply_id?i` · <a href=${S(`mass-replies`,{id:e.mass_reply_id})}>${n(`mass_reply`)}</a>`:_}</p>
      <div class="plain-text">${e.text}</div>
      ${e.attachments.map(e=>i`<p class="soft">📎 ${e.filename}</p>`)}
    </article>`}};c([v({attribute:!1})],z.prototype,`conversation`,void 0),c([s()],z.prototype,`items`,void 0),c([s()],z.prototype,`about`,void 0),z=c([r(`mass-reply-thread`)],z);var B=100,V=class extends x{constructor(...e){super(...e),this.total=null,this.ticked=/* @__PURE__ */ new Set,this.all=!1,this.dispatched=null,this.#e=null,this.#t=new m(this,async e=>{let t=await this.api.post(`/conversations/search`,{body:{filter:F(this.place),limit:B,cursor:e??null}});return this.total=t.total,t},e=>this.failed(e,()=>this.#t.reload())),this.#n=()=>{this.ticked=/* @__PURE__ */ new Set,this.all=!1},this.#a=e=>this.all!==this.ticked.has(e.id)}#e;#t;willUpdate(){let e=JSON.stringify(P(this.place));e!==this.#e&&(this.#e=e,this.#n(),this.total=null,this.problem=``,this.#t.first())}#n;#r(e){location.hash=S(`conversations`,e)}render(){let{say:e}=this.words,{items:t}=this.#t,n=this.place.get(`thread`),r=t!==null&&t.length>0&&t.every(this.#a);return i`<div class="page-head row spread">
        <h1>${e(`nav_conversations`)}</h1>
        <strong class="total" role="status">${this.total===null?this.problem?``:e(`loading`):e(`total`,{n:this.total})}</strong>
      </div>
      <mass-reply-filters .words=${this.words} .place=${this.place} @filtered=${e=>this.#r(e.detail)}></mass-reply-filters>
      ${this.said()} ${this.#l()}
      <div class=${n?`beside`:``}>
        <div class="wide" aria-busy=${this.total===null}>
          <table>
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${e(`tick_page`)} ?disabled=${!t?.length} .checked=${r} @change=${()=>this.#s(t,!r)} /></th>
              <th>${e(`contact`)}</th><th>${e(`col_channel`)}</th><th>${e(`col_state`)}</th><th>${e(`col_time`)}</th>
            </tr></thead>
            <tbody>${t?.map(e=>this.#o(e))}</tbody>
          </table>
          ${this.total===0?i`<p class="soft empty">${e(P(this.place).length?`no_match`:`no_conversations`)}</p>`:_}
          ${this.#t.render(this.words,this.total,B)}
        </div>
        ${n?i`<mass-reply-thread .api=${this.api} .words=${this.words} .me=${this.me} .conversation=${n} @left=${()=>this.#r(this.#i(`thread`,null))}></mass-reply-thread>`:_}
      </div>`}#i(e,t){let n=new URLSearchParams(this.place);return t===null?n.delete(e):n.set(e,t),n}#a;#o(e){let{words:t}=this,n=t.who(e.contact),r=e.last_customer_message_at??e.created_at;return i`<tr aria-selected=${this.#a(e)}>
      <td class="tick"><input type="checkbox" aria-label=${n} .checked=${this.#a(e)} @change=${()=>this.#s([e],!this.#a(e))} /></td>
      <td><a href=${S(`conversations`,this.#i(`thread`,e.id))}>${n}</a>
        <div class="clip">${e.subject?i`<strong>${e.subject}</strong> `:_}<span class="soft">${e.last_customer_message?.text??``}</span></div>
        ${e.tags.map(e=>i`<span class="chip">${e}</span> `)}</td>
      <td class="tight">${C(e.channel)} ${t.channel(e.channel)}</td>
      <td class="tight">${t.named(`status`,e.status)}<br /><span class="soft">${t.named(`engagement`,e.engagement)}</span></td>
      <td class="tight"><time datetime=${r} title=${t.exact(r)}>${t.ago(r)}</time></td>
    </tr>`}#s(e,t){let n=new Set(this.ticked);for(let{id:r}of e)t===this.all?n.delete(r):n.add(r);this.ticked=n}get#c(){return this.all?(this.total??0)-this.ticked.size:this.ticked.size}#l(){let{say:e}=this.words;return i`<div class="bulk row ${this.#c?`some`:``}" role="toolbar" aria-label=${e(`bulk`)}>
      ${this.#c?this.#u(this.#c):this.dispatched?i`<span role="status">${e(`dispatched`,{n:this.dispatched.count})}</span> <a href=${S(`mass-replies`,{id:this.dispatched.id})}>${e(`look`)}</a>`:i`<span class="soft">${e(`tick_hint`)}</span>`}
    </div>`}#u(e){let{say:t}=this.words,n=!this.all&&this.total!==null&&e<this.total&&P(this.place).length>0;return i`<strong>${t(`n_selected`,{n:e})}</strong>
      ${n?i`<button @click=${()=>{this.#n(),this.all=!0}}>${t(`all_matching`,{n:this.total})}</button>`:_}
      <button class="plain" @click=${this.#n}>${t(`clear_selection`)}</button>
      ${this.may(`mass_replies:send`)?i`<button class="main" @click=${this.#d}>${t(`mass_reply`)}</button>`:_}`}#d(){let e=this.all?{filter:F(this.place),...this.ticked.size?{exclude_conversation_ids:[...this.ticked]}:{}}:{conversation_ids:[...this.ticked]};this.dispatchEvent(new CustomEvent(`write`,{detail:e,bubbles:!0}))}done(e,t){this.dispatched={id:e,count:t},this.#n()}};c([s()],V.prototype,`total`,void 0),c([s()],V.prototype,`ticked`,void 0),c([s()],V.prototype,`all`,void 0),c([s()],V.prototype,`dispatched`,void 0),V=c([r(`mass-reply-conversations`)],V);var xe=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],H=class extends x{constructor(...e){super(...e),this.shown=``,this.log=[],this.#e=null,this.#t=``,this.#n=``,this.#i=e=>this.try(async()=>{let t=this.#e=new ie(this.api,null);if(t.addEventListener(`change`,()=>this.#a(t)),await t.open(e),t.trouble)throw t.trouble})}#e;#t;#n;willUpdate(){this.#t!==this.shown&&(this.#r(),this.#t=this.shown,this.#i(this.shown))}disconnectedCallback(){super.disconnectedCallback(),this.#r()}#r(){this.#e?.leave(),this.#e=null,this.#t=this.#n=``,this.log=[]}#i;#a(e){e===this.#e&&(this.requestUpdate(),e.batch&&e.batch.status!==this.#n&&(this.#n=e.batch.status,this.may(`admin`)&&this.#o(e.batch.id)))}async#o(e){let{items:t}=await this.api.get(`/audit-log`,{query:{mass_reply:e,limit:100}}).catch(()=>({items:[]}));e===this.#t&&(this.log=t)}render(){let{say:e}=this.words,t=this.#e?.batch;return i`<p><a href=${S(`mass-replies`)}>← ${e(`nav_mass_replies`)}</a></p>
      ${this.said()}
      ${t?this.#s(t):this.problem?_:i`<p class="soft">${e(`loading`)}</p>`}`}#s(e){let{words:t}=this,{say:n}=t,{trouble:r}=this.#e;return i`<div class="page-head row spread"><h1>${t.batchStatus(e.status)}</h1>
        <button class="main" @click=${()=>this.#u(`watch`,e.id)}>${n(`open_dialog`)}</button></div>
      ${e.confirmed_at?i`<p class="total">${ae(this.#e,t,Date.now())}</p>`:_}
      ${ne(this.#e,t)}
      ${r instanceof f?i`<p class="note bad" role="alert">${t.problem(r)}</p>`:_}
      <p class="soft">${n(`by_at`,{name:e.author.name,time:t.exact(e.created_at)})}</p>
      <div class="columns">
        <section class="stack" aria-label=${n(`message`)}><h2>${n(`message`)}</h2>
          <div class="bubble">${e.message.text}</div>
          ${e.message.html?i`<mass-reply-html .text=${e.message.html} .named=${n(`html_part`)}></mass-reply-html>`:_}
          ${o(e.message.attachments,t)}
          <h2>${n(`selected_by`)}</h2><pre class="bubble">${JSON.stringify(e.selection,null,1)}</pre>
        </section>
        <section class="stack" aria-label=${n(`counts`)}><h2>${n(`counts`)}</h2>
          <table><tbody>${e.counts?xe.map(n=>i`<tr><th scope="row">${t.status(n)}</th><td class="number">${t.number(e.counts[n])}</td></tr>`):_}
            <tr><th scope="row">${n(`sum`)}</th><td class="number"><strong>${t.number(e.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      ${this.#c(e)}
      <mass-reply-watch .model=${this.#e} .words=${t} @follow-up=${t=>this.#u(`write`,{follow_up:{mass_reply_id:e.id,statuses:t.detail}})}></mass-reply-watch>
      ${this.#l()}`}#c({lanes:e}){let{channel:t,named:n,number:r,say:a}=this.words;return e.length?i`<section class="stack" aria-label=${a(`nav_accounts`)}><h2>${a(`nav_accounts`)}</h2>
      <div class="wide"><table class="rows"><tbody>${e.map(e=>i`<tr><th scope="row">${e.channel_account??`–`}</th><td>${t(e.channel)}</td>
          <td><span class="state ${e.state}">${n(`lane`,e.state)}</span> <span class="soft">${e.reason??``}</span></td>
          <td class="number">${a(`n_left`,{n:ee(e.counts)})}</td><td class="number">${r(e.counts.failed)} ${this.words.status(`failed`)}</td></tr>`)}</tbody></table></div></section>`:_}#l(){let{say:e,exact:t,named:n}=this.words;return this.log.length?i`<section class="stack" aria-label=${e(`log`)}><h2>${e(`log`)}</h2>
      <ul>${this.log.map(e=>i`<li>${t(e.at)} · <strong>${n(`action`,e.action)}</strong> · ${e.actor.author.name}${e.reason?` · ${e.reason}`:``}</li>`)}</ul></section>`:_}#u(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0}))}};c([v({attribute:!1})],H.prototype,`shown`,void 0),c([s()],H.prototype,`log`,void 0),H=c([r(`mass-reply-page`)],H);var Se=[`preparing`,`awaiting_confirmation`,`awaiting_approval`,`scheduled`,`sending`,`paused`,`completed`,`cancelled`,`expired`],Ce=50,we=class extends x{#e=null;#t=new m(this,e=>{let t=this.place.get(`status`)||void 0;return this.api.get(`/mass-replies`,{query:{limit:Ce,cursor:e,status:t}})},e=>this.failed(e,()=>this.#t.reload()));willUpdate(){let e=this.place.get(`id`)?null:`status ${this.place.get(`status`)??``}`;e!==this.#e&&(this.#e=e,this.problem=``,e&&this.#t.first())}render(){let e=this.place.get(`id`);if(e)return i`<mass-reply-page .api=${this.api} .words=${this.words} .me=${this.me} .shown=${e}></mass-reply-page>`;let{words:t}=this,{say:n}=t,{items:r}=this.#t;return i`<div class="page-head row spread"><h1>${n(`nav_mass_replies`)}</h1>
        <label class="field">${n(`filter_status`)}<select @change=${e=>location.hash=S(`mass-replies`,{status:h(e)})}>
          <option value="">${n(`any`)}</option>${Se.map(e=>i`<option value=${e} ?selected=${e===this.place.get(`status`)}>${t.batchStatus(e)}</option>`)}</select></label>
      </div>
      ${this.said()}
      <div class="wide"><table>
        <thead><tr><th>${n(`col_state`)}</th><th>${n(`message`)}</th><th class="number">${n(`recipients`)}</th><th>${n(`col_who`)}</th><th>${n(`col_time`)}</th></tr></thead>
        <tbody>${r?.map(e=>this.#n(e))}</tbody>
      </table></div>
      ${r===null&&!this.problem?i`<p class="soft">${n(`loading`)}</p>`:_}
      ${r?.length===0?i`<p class="soft empty">${n(this.place.get(`status`)?`nothing_here`:`no_mass_replies`)}</p>`:_}
      ${this.#t.render(t,null,Ce)}`}#n(e){let{words:t}=this;return i`<tr>
      <td class="tight"><span class="state ${e.status}">${t.batchStatus(e.status)}</span></td>
      <td><a href=${S(`mass-replies`,{id:e.id})} class="clip">${e.message.text}</a></td>
      <td class="number">${e.recipient_count===null?`…`:t.number(e.recipient_count)}</td>
      <td>${e.author.name}</td>
      <td class="tight"><time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time></td>
    </tr>`}};we=c([r(`mass-reply-history`)],we);var U=class extends D{constructor(...e){super(...e),this.guards=null,this.#t=()=>this.try(async()=>{this.guards=await this.api.put(`/settings`,{body:this.guards}),this.saved=!0})}firstUpdated(){this.try(async()=>{this.guards=await this.api.get(`/settings`)})}render(){let{say:e}=this.words;return this.section(e(`guards`),this.guards?this.#e(this.guards):_)}#e(e){let{say:t}=this.words,n=t=>{this.guards={...e,...t},this.saved=!1},r=(t,r)=>i`<label class="field">${r}
      <input type="number" min="0" size="8" .value=${String(e[t]??``)} @change=${e=>n({[t]:Te(e)})} /></label>`,a=(e,t,r)=>i`<label class="choice">
      <input type="checkbox" .checked=${e} @change=${e=>n(r(e.target.checked))} />${t}</label>`;return i`<div class="row fields">
        ${r(`approval_above`,t(`guard_approval_above`))} ${r(`max_per_contact_per_day`,t(`guard_max_per_contact_per_day`))}
        ${r(`inactive_after_days`,t(`guard_inactive_after_days`))}
        <label class="field">${t(`guard_agent`)}<input type="number" min="1" size="8" .value=${String(e.max_recipients.agent??``)} @change=${t=>{let{agent:r,...i}=e.max_recipients,a=Te(t);n({max_recipients:a===null?i:{...i,agent:a}})}} /></label></div>
      ${a(e.once_per_contact,t(`guard_once`),e=>({once_per_contact:e}))}
      ${a(e.inactive===`skip`,t(`guard_skip`),e=>({inactive:e?`skip`:`warn`}))}
      <div class="row"><button class="main" @click=${this.#t}>${t(`save`)}</button><span role="status">${this.saved?t(`is_saved`):``}</span></div>`}#t};c([s()],U.prototype,`guards`,void 0),U=c([r(`mass-reply-guards`)],U);function Te(e){let{value:t}=e.target;return t===``?null:Number(t)}var Ee=[`viewer`,`agent`,`supervisor`,`integration`,`admin`],W=class extends D{constructor(...e){super(...e),this.items=null,this.made=null,this.#e=async()=>{this.items=(await this.api.get(`/api-keys`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`keys`),i`${this.made?this.once(this.made):_} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{ago:t,exact:n,say:r,time:a}=this.words,o=e.revoked_at!==null||e.expires_at!==null&&new Date(e.expires_at)</* @__PURE__ */ new Date,s=e.revoked_at?r(`revoked`):e.expires_at?r(o?`was_over`:`is_over`,{time:a(e.expires_at)}):``;return i`<tr>
      <th scope="row">${e.name}</th><td>${e.roles.join(`, `)}</td><td>${e.agent?.name??``}</td><td>${s}</td>
      <td class="tight">${e.last_used_at?i`<time title=${n(e.last_used_at)}>${t(e.last_used_at)}</time>`:r(`never_used`)}</td>
      <td class="tight">${o?_:i`<button class="plain" aria-label="${r(`replace`)}: ${e.name}" @click=${()=>this.#i(e)}>${r(`replace`)}</button>
        ${this.removal(r(`revoke`),e.name,()=>this.#a(e.id))}`}</td>
    </tr>`}#n(){let{say:e}=this.words;return i`<details><summary>${e(`new_key`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${e(`name`)}<input name="name" required maxlength="200" /></label>
      <label class="field">${e(`role`)}<select name="role">${Ee.map(e=>i`<option ?selected=${e===`agent`}>${e}</option>`)}</select></label>
      <label class="field">${e(`agent_id`)}<input name="agent" size="12" /></label>
      <label class="field">${e(`agent_name`)}<input name="agent_name" size="16" /></label>
      <label class="field">${e(`ends_on`)}<input name="ends" type="date" /></label>
      <button class="main lower">${e(`create`)}</button></form></details>`}#r(e){let{name:t,role:n,agent:r,agent_name:i,ends:a}=this.read(e);this.#i({name:t,roles:[n],agent:r?{id:r,name:i||r,email:null}:null,expires_at:a?(/* @__PURE__ */ new Date(`${a}T23:59:59`)).toISOString():null})}#i({name:e,roles:t,agent:n,expires_at:r}){let i=n&&{id:n.id,name:n.name,email:n.email};return this.try(async()=>{this.made=(await this.api.post(`/api-keys`,{body:{name:e,roles:t,agent:i,expires_at:r}})).key,await this.#e()})}async#a(e){await this.api.delete(`/api-keys/{key_id}`,{path:{key_id:e}}),await this.#e()}};c([s()],W.prototype,`items`,void 0),c([s()],W.prototype,`made`,void 0),W=c([r(`mass-reply-keys`)],W);var De=[`message.sent`,`message.received`,`status.changed`,`tag.added`],G={add_tag:`tag`,remove_tag:`tag`,set_status:`status`,assign_team:`team`,assign_agent:`agent`,add_note:`text`,call_webhook:`url`},Oe=Object.keys(G),ke=/* @__PURE__ */ new Set([`assign_team`,`assign_agent`]),Ae=()=>({name:``,enabled:!0,trigger:`message.sent`,narrowed:``,place:new URLSearchParams,actions:[{type:`set_status`,value:`snoozed`}]});function K({name:e,enabled:t,trigger:n,narrowed:r,place:i,actions:a}){let o=r.split(`,`).map(e=>e.trim()).filter(Boolean),s={"status.changed":`to`,"tag.added":`tags`}[n];return{name:e.trim(),enabled:t,trigger:{type:n,...s&&o.length?{[s]:o}:{}},conditions:P(i).length?F(i):null,actions:a.map(({type:e,value:t})=>({type:e,[G[e]]:t.trim()||(ke.has(e)?null:``)}))}}function je(e){try{let t=e.trigger,n={name:e.name,enabled:e.enabled??!0,trigger:t.type,narrowed:(t.to??t.tags??[]).join(`, `),place:ge(e.conditions??{}),actions:e.actions.map(e=>{let t=e.type;return{type:t,value:e[G[t]]??``}})};return Me(K(n),e)?n:null}catch{return null}}var Me=(e,t)=>Ne(e)===Ne(t),Ne=e=>JSON.stringify(e,(e,t)=>t&&typeof t==`object`&&!Array.isArray(t)?Object.fromEntries(Object.entries(t).filter(([,e])=>e!==void 0).sort(([e],[t])=>e<t?-1:1)):t),q=class extends x{constructor(...e){super(...e),this.key=``,this.body=null,this.draft=null,this.text=null,this.#a=()=>this.try(async()=>{if(this.text===null){this.text=J(K(this.draft));return}let e=je(JSON.parse(this.text));e?[this.draft,this.text]=[e,null]:this.problem=this.words.say(`json_only`)}),this.#o=()=>this.try(async()=>{let e=this.text===null?K(this.draft):JSON.parse(this.text);await this.api.put(`/automation-rules/{key}`,{path:{key:this.key},body:e}),this.dispatchEvent(new Event(`saved`))})}willUpdate(){this.hasUpdated||(this.draft=this.body?je(this.body):Ae(),this.draft||(this.text=J(this.body)))}#e(e){this.draft={...this.draft,...e}}render(){let{say:e}=this.words;return i`<div class="stack card" role="group" aria-label=${e(`rule`)}>
      ${this.said()}
      <div class="row fields">
        <label class="field">${e(`short_name`)}<input name="key" required size="20" .value=${this.key} ?readonly=${this.body!==null} @input=${e=>this.key=h(e).trim()} /></label>
        ${this.draft&&this.text===null?i`<label class="field grow">${e(`name`)}<input class="full" .value=${this.draft.name} @input=${e=>this.#e({name:h(e)})} /></label>`:_}
      </div>
      ${this.text===null?this.#t(this.draft):this.#i(this.text)}
      <div class="row"><button class="main" @click=${this.#o}>${e(`save`)}</button>
        <button @click=${()=>this.dispatchEvent(new Event(`left`))}>${e(`cancel_form`)}</button>
        <button class="plain" @click=${this.#a}>${e(this.text===null?`as_json`:`as_fields`)}</button></div>
    </div>`}#t({trigger:e,narrowed:t,place:n,actions:r}){let{say:a,named:o}=this.words;return i`<fieldset class="row fields"><legend><strong>${a(`rule_when`)}</strong></legend>
        <select aria-label=${a(`rule_when`)} @change=${e=>this.#e({trigger:h(e),narrowed:``})}>
          ${De.map(t=>i`<option value=${t} ?selected=${t===e}>${o(`trigger`,t)}</option>`)}</select>
        ${e===`status.changed`?i`<label class="row">${a(`rule_to`)} ${this.#r(t,e=>this.#e({narrowed:e}),!0)}</label>`:e===`tag.added`?i`<label class="row">${a(`rule_tags`)} <input .value=${t} placeholder=${a(`any`)} @change=${e=>this.#e({narrowed:h(e)})} /></label>`:_}</fieldset>
      <fieldset class="stack"><legend><strong>${a(`rule_if`)}</strong> <span class="soft">${a(`rule_if_hint`)}</span></legend>
        <mass-reply-filters .words=${this.words} .place=${n} @filtered=${e=>this.#e({place:e.detail})}></mass-reply-filters></fieldset>
      <fieldset class="stack"><legend><strong>${a(`rule_then`)}</strong></legend>
        <ol class="stack">${r.map((e,t)=>this.#n(t))}</ol>
        <div><button @click=${()=>this.#e({actions:[...r,{type:`add_tag`,value:``}]})}>${a(`rule_another`)}</button></div></fieldset>`}#n(e){let{say:t,named:n}=this.words,{actions:r}=this.draft,{type:a,value:o}=r[e],s=t=>this.#e({actions:r.map((n,r)=>r===e?{...n,...t}:n)}),c=n(`action_type`,a);return i`<li class="row">
      <select aria-label="${t(`rule_then`)} ${e+1}" @change=${e=>{let t=h(e);s({type:t,value:t===`set_status`?`done`:``})}}>
        ${Oe.map(e=>i`<option value=${e} ?selected=${e===a}>${n(`action_type`,e)}</option>`)}</select>
      ${a===`set_status`?this.#r(o,e=>s({value:e}),!1):i`<input class="grow" aria-label=${c} .value=${o} @input=${e=>s({value:h(e)})} />`}
      ${r.length>1?i`<button class="plain" aria-label=${t(`remove`,{name:`${c} ${o}`})} @click=${()=>this.#e({actions:r.filter((t,n)=>n!==e)})}>✕</button>`:_}
    </li>`}#r(e,t,n){let{say:r,named:a}=this.words;return i`<select aria-label=${r(`filter_status`)} @change=${e=>t(h(e))}>
      ${n?i`<option value="">${r(`any`)}</option>`:_}
      ${A.status.map(t=>i`<option value=${t} ?selected=${t===e}>${a(`status`,t)}</option>`)}</select>`}#i(e){return i`<label class="field full">${this.words.say(`rule_text`)}
      <textarea class="full code" rows="12" spellcheck="false" .value=${e} @input=${e=>this.text=h(e)}></textarea></label>`}#a;#o};c([v({attribute:!1})],q.prototype,`key`,void 0),c([v({attribute:!1})],q.prototype,`body`,void 0),c([s()],q.prototype,`draft`,void 0),c([s()],q.prototype,`text`,void 0),q=c([r(`mass-reply-rule-form`)],q);var J=e=>JSON.stringify(e,null,2),Y=class extends D{constructor(...e){super(...e),this.items=null,this.#e=async()=>{this.items=(await this.api.get(`/automation-rules`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`rules`),i`${this.table(this.items,e=>this.#t(e))}
        ${this.edited===void 0?i`<div><button @click=${()=>this.edited=null}>${e(`new_rule`)}</button></div>`:this.#n(this.edited)}`)}#t(e){let{named:t,say:n}=this.words;return i`<tr>
      <th scope="row">${e.name}</th><td class="soft">${t(`trigger`,e.trigger.type)} → ${e.actions.map(e=>t(`action_type`,e.type)).join(`, `)}</td>
      <td><span class="state ${e.failing?`disabled`:e.enabled?`active`:``}">${n(e.failing?`rule_failing`:e.enabled?`is_on`:`is_off`)}</span>
        ${e.last_failure?i` <span class="soft">${e.last_failure}</span>`:_}</td>
      <td><div class="row">
        <button class="plain" aria-label="${n(e.enabled?`turn_off`:`turn_on`)}: ${e.name}" @click=${()=>this.#r(e.key,{...Pe(e),enabled:!e.enabled})}>${n(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${n(`edit`)}: ${e.name}" @click=${()=>this.edited=e}>${n(`edit`)}</button>
        ${this.removal(n(`delete`),e.name,()=>this.#i(e.key))}
      </div></td>
    </tr>`}#n(e){let t=()=>this.edited=void 0;return i`<mass-reply-rule-form
      .api=${this.api} .words=${this.words} .me=${this.me} .key=${e?.key??``} .body=${e&&Pe(e)} @saved=${()=>{t(),this.try(this.#e)}} @left=${t}
    ></mass-reply-rule-form>`}#r(e,t){return this.try(async()=>{await this.api.put(`/automation-rules/{key}`,{path:{key:e},body:t}),await this.#e()})}async#i(e){await this.api.delete(`/automation-rules/{key}`,{path:{key:e}}),await this.#e()}};c([s()],Y.prototype,`items`,void 0),c([s()],Y.prototype,`edited`,void 0),Y=c([r(`mass-reply-rules`)],Y);var Pe=({name:e,enabled:t,trigger:n,conditions:r,actions:i})=>({name:e,enabled:t,trigger:n,conditions:r,actions:i}),X=class extends D{constructor(...e){super(...e),this.items=null,this.#e=async()=>{this.items=(await this.api.get(`/snippets`,{query:{limit:500}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words,t=this.may(`admin`);return this.section(e(`snippets`),i`${this.table(this.items,({shortcode:n,text:r})=>i`<tr><th scope="row">/${n}</th><td class="plain-text">${r}</td>
      <td class="tight">${t?this.removal(e(`delete`),`/${n}`,()=>this.#r(n)):_}</td></tr>`)} ${t?this.#t():_}`)}#t(){let{say:e}=this.words;return i`<form class="row fields" @submit=${this.#n}>
      <label class="field">${e(`shortcode`)}<input name="shortcode" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" /></label>
      <label class="field grow">${e(`snippet_text`)}<textarea class="full" name="text" rows="2" required></textarea></label>
      <button class="lower">${e(`save`)}</button></form>`}#n(e){let t=e.currentTarget,{shortcode:n,text:r}=this.read(e);this.try(async()=>{await this.api.put(`/snippets/{shortcode}`,{path:{shortcode:n},body:{text:r}}),t.reset(),await this.#e()})}async#r(e){await this.api.delete(`/snippets/{shortcode}`,{path:{shortcode:e}}),await this.#e()}};c([s()],X.prototype,`items`,void 0),X=c([r(`mass-reply-snippets`)],X);var Z=class extends D{constructor(...e){super(...e),this.items=null,this.secret=null,this.#e=async()=>{this.items=(await this.api.get(`/webhook-endpoints`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`webhooks`),i`${this.secret?this.once(this.secret):_} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{named:t,say:n}=this.words,r=e.disabled_reason??(e.state===`retrying`?e.last_failure:null);return i`<tr>
      <th scope="row">${e.key}</th><td>${e.url}<br /><span class="soft">${e.events?.join(`, `)??n(`all_events`)}</span></td>
      <td><span class="state ${e.state}">${t(`endpoint`,e.state)}</span>${r?i` <span class="soft">${r}</span>`:_}
        ${e.backlog.count?i`<br /><span class="soft">${n(`n_wait`,{n:e.backlog.count})}</span>`:_}</td>
      <td><div class="row">
        ${e.state===`disabled`?i`<button @click=${()=>this.#i(e.key,e,!0)}>${n(`try_again`)}</button>`:_}
        <button class="plain" aria-label="${n(e.enabled?`turn_off`:`turn_on`)}: ${e.key}" @click=${()=>this.#i(e.key,e,!e.enabled)}>${n(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${n(`rotate`)}: ${e.key}" @click=${()=>this.#a(e.key)}>${n(`rotate`)}</button>
        ${this.removal(n(`delete`),e.key,()=>this.#o(e.key))}
      </div></td>
    </tr>`}#n(){let{say:e}=this.words;return i`<details><summary>${e(`new_webhook`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${e(`short_name`)}<input name="key" required size="14" /></label>
      <label class="field grow">${e(`address`)}<input class="full" name="url" type="url" required placeholder="https://" /></label>
      <label class="field grow">${e(`events`)}<input class="full" name="events" placeholder=${e(`all_events`)} /></label>
      <button class="main lower">${e(`save`)}</button></form></details>`}#r(e){let{key:t,url:n,events:r}=this.read(e),i=r.split(/[\s,]+/).filter(Boolean);this.#i(t,{url:n,events:i?.length?i:null},!0)}#i(e,{url:t,events:n},r){return this.try(async()=>{let i=await this.api.put(`/webhook-endpoints/{key}`,{path:{key:e},body:{url:t,events:n,enabled:r}});this.secret=i.secret??this.secret,await this.#e()})}#a(e){return this.try(async()=>{this.secret=(await this.api.post(`/webhook-endpoints/{key}/rotate-secret`,{path:{key:e}})).secret,await this.#e()})}async#o(e){await this.api.delete(`/webhook-endpoints/{key}`,{path:{key:e}}),await this.#e()}};c([s()],Z.prototype,`items`,void 0),c([s()],Z.prototype,`secret`,void 0),Z=c([r(`mass-reply-webhooks`)],Z);var Fe=class extends x{render(){let{api:e,words:t,me:n}=this,{say:r}=t;return i`<div class="page-head"><h1>${r(`nav_settings`)}</h1></div>
      ${this.may(`admin`)?i`<mass-reply-guards .api=${e} .words=${t} .me=${n}></mass-reply-guards>`:i`<p class="note">${r(`needs_admin`)}</p>`}
      <mass-reply-snippets .api=${e} .words=${t} .me=${n}></mass-reply-snippets>
      ${this.may(`admin`)?i`<mass-reply-rules .api=${e} .words=${t} .me=${n}></mass-reply-rules>
              <mass-reply-webhooks .api=${e} .words=${t} .me=${n}></mass-reply-webhooks>
              <mass-reply-keys .api=${e} .words=${t} .me=${n}></mass-reply-keys>
              <mass-reply-log .api=${e} .words=${t} .me=${n}></mass-reply-log>`:_}`}};Fe=c([r(`mass-reply-settings`)],Fe);var Ie=50,Le=class extends D{#e=new m(this,e=>this.api.get(`/audit-log`,{query:{limit:Ie,cursor:e}}),e=>this.failed(e,()=>this.#e.reload()));firstUpdated(){this.#e.first()}render(){let{ago:e,exact:t,named:n,say:r}=this.words,a=this.table(this.#e.items,r=>i`<tr><td class="tight"><time title=${t(r.at)}>${e(r.at)}</time></td>
      <td>${n(`action`,r.action)}</td><td>${r.actor.author.name}</td><td>${r.object_id??``}</td><td>${r.reason??``}</td></tr>`);return this.section(r(`log`),i`${a} ${this.#e.render(this.words,null,Ie)}`)}};Le=c([r(`mass-reply-log`)],Le);var Re=t`
  :host {
    display: grid;
    grid-template-columns: 184px minmax(0, 1fr);
    min-height: 100dvh;
    background: var(--paper);
  }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
  main { padding: 20px 24px 48px; display: block; }
  main h2 { font-size: 16px; line-height: 24px; }
  main > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main > * > :is(mass-reply-filters, mass-reply-guards, mass-reply-snippets, mass-reply-rules, mass-reply-webhooks, mass-reply-keys, mass-reply-log, mass-reply-page) { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main.door { grid-column: 1 / -1; display: grid; place-content: center; padding: 16px; }
  .door form { width: min(400px, calc(100vw - 32px)); padding: 24px; }
  dialog.small { width: min(440px, calc(100vw - 32px)); height: auto; }
  dialog.small form { border: 0; padding: 24px; }
  nav { background: var(--shade); border-right: 1px solid var(--line); padding: 16px 8px; display: flex; flex-direction: column; justify-content: space-between; gap: 16px; position: sticky; top: 0; height: 100dvh; }
  nav ul { display: grid; gap: 4px; }
  nav li a { display: block; padding: 8px 12px; border-radius: var(--radius); color: inherit; text-decoration: none; }
  nav li a:hover { background: var(--line); }
  nav li a[aria-current='page'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .who { padding: 0 12px; overflow-wrap: anywhere; }
  .who button, .door .plain { padding: 2px 8px; min-height: 30px; }
  [aria-pressed='true'] { font-weight: 700; text-decoration: underline; }
  .page-head { min-height: 36px; }
  .total { font-size: 16px; }
  .filters, .fields { align-items: end; }
  .fields { padding: 12px 0; }
  .chips { min-height: 32px; }
  .chip.filter { display: inline-flex; align-items: center; gap: 4px; padding: 0 2px 0 12px; font-size: 14px; min-height: 30px; border-color: var(--control); overflow-wrap: anywhere; }
  .chip.filter button { min-height: 26px; padding: 0 8px; border-radius: 13px; }
  .bulk.some { box-shadow: inset 4px 0 0 var(--accent); }
  .empty { padding: 32px 8px; text-align: center; }
  .code { font: 13px/18px ui-monospace, monospace; }
  .bulk { min-height: 52px; padding: 8px 12px; background: var(--shade); border-radius: var(--radius); position: sticky; top: 0; z-index: 1; }
  .wide { overflow-x: auto; }
  .tick { width: 34px; }
  .tight { white-space: nowrap; }
  .clip { display: block; max-width: 56ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  tr[aria-selected='true'] { background: var(--shade); }
  .chip { display: inline-block; border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px; }
  .state { border: 1px solid var(--control); border-radius: 12px; padding: 1px 10px; white-space: nowrap; }
  .state.sending, .state.ready, .state.completed, .state.active, .state.done { border-color: var(--good); color: var(--good); }
  .state.paused, .state.cooling, .state.awaiting_approval, .state.scheduled, .state.retrying, .state.disabled { border-color: var(--amber); color: var(--amber); }
  .beside { display: grid; gap: 24px; grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr); align-items: start; }
  .thread-head { align-items: start; }
  .thread { border-left: 1px solid var(--line); padding-left: 24px; }
  .item { padding: 8px 12px; border-radius: var(--radius); background: var(--shade); }
  .item.reply { border-left: 4px solid var(--accent); }
  .item.system_note { border-left: 4px solid var(--control); }
  .item.system_error { border-left: 4px solid var(--danger); }
  .plain-text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
  .full { width: 100%; }
  .grow { flex: 1; }
  .icon { width: 16px; height: 16px; vertical-align: -3px; fill: none; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round; }
  pre { margin: 0; font: 13px/18px ui-monospace, monospace; }
  mass-reply-watch .body { padding: 0; }
  @media (max-width: 720px) {
    :host { grid-template-columns: minmax(0, 1fr); align-content: start; }
    nav { position: static; height: auto; padding: 8px; border: 0; border-bottom: 1px solid var(--line); gap: 8px; }
    nav ul { display: flex; overflow-x: auto; }
    nav li a { padding: 8px; white-space: nowrap; }
    .who { display: flex; gap: 8px; justify-content: space-between; align-items: center; padding: 0 8px; }
    .who .role { display: none; }
    main { padding: 16px; }
    .bulk { min-height: 96px; }
    .rows tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--line); }
    .rows th, .rows td { display: block; border: 0; padding: 2px 8px; text-align: left; white-space: normal; }
    .rows td:empty { display: none; }
    .beside { grid-template-columns: minmax(0, 1fr); }
    .thread { border: 0; padding: 0; }
  }
`,Q=[`conversations`,`mass-replies`,`accounts`,`settings`],ze={conversations:`nav_conversations`,"mass-replies":`nav_mass_replies`,accounts:`nav_accounts`,settings:`nav_settings`},$=class extends e{constructor(...e){super(...e),this.me=null,this.refused=``,this.page=`conversations`,this.place=new URLSearchParams,this.words=new te(navigator.language||oe(this)),this.busy=0,this.renewing=null,this.#e=null,this.#t=new p(new URL(
/* @vite-ignore */
`..`,import.meta.url).href.replace(/\/$/,``),e=>this.#i(e)),this.#n=()=>{let[e,t]=location.hash.replace(/^#\/?/,``).split(`?`);this.page=Q.find(t=>t===e)??`conversations`,this.place=new URLSearchParams(t)},this.#i=async e=>!e||!this.me?this.#e??Promise.reject(/* @__PURE__ */ Error()):(this.renewing??=Promise.withResolvers(),this.renewing.promise),this.#c=()=>{this.renewing?.reject(/* @__PURE__ */ Error()),this.renewing=null},this.#m=e=>this.#g(e.detail,null),this.#h=e=>this.#g(null,e.detail),this.#v=()=>{this.#e=this.me=null,this.#t=new p(this.#t.base,this.#i),this.#t.whenBusy.add(e=>this.busy=e)}}static{this.styles=[re,l,u,Re]}#e;#t;connectedCallback(){super.connectedCallback(),document.documentElement.lang=this.words.lang,document.body.style.margin=`0`,window.addEventListener(`hashchange`,this.#n),this.#t.whenBusy.add(e=>this.busy=e),this.#n()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`hashchange`,this.#n)}#n;#r(e){this.words=new te(e),document.documentElement.lang=e}render(){return this.me?this.#f(this.me):this.#a()}#i;#a(){let{say:e}=this.words;return i`<main class="door"><form class="card stack" @submit=${this.#l}>
      <h1>mass-reply</h1>
      <p>${e(`sign_in_hint`)}</p>
      ${this.#o()}
      <button class="main">${e(`sign_in`)}</button>${this.#d()}
    </form></main>`}#o(){let{say:e}=this.words;return i`<label class="field full">${e(`key`)}<input class="full" type="password" name="key" required autocomplete="off" spellcheck="false" autofocus /></label>
      <p class="soft">${e(`in_memory`)}</p>
      ${this.refused?i`<p class="note bad" role="alert">${this.refused}</p>`:_}`}#s(){let{say:e}=this.words;return i`<dialog class="small" aria-label=${e(`sign_in_again`)} @cancel=${e=>{e.preventDefault(),this.#c()}}>
      <form class="card stack" @submit=${this.#l}><h2>${e(`session_ended`)}</h2>${this.#o()}
        <div class="row"><button class="main">${e(`sign_in_again`)}</button><button type="button" @click=${this.#c}>${e(`sign_out`)}</button></div>
      </form></dialog>`}updated(){let e=this.renderRoot.querySelector(`dialog.small`);e&&!e.open&&e.showModal()}#c;async#l(e){e.preventDefault();let t=new FormData(e.target).get(`key`);try{this.me=await new p(this.#t.base,async()=>t).get(`/me`),this.refused=``,this.#e=t,this.renewing?.resolve(t),this.renewing=null}catch(e){this.refused=this.#u(e)}}#u(e){let{say:t}=this.words;return e instanceof d?t(`key_refused`):g(e)?t(`overloaded`):e instanceof f?this.words.problem(e):t(`no_answer`)}#d(){return i`<div class="row">${[`en`,`de`].map(e=>i`<button type="button" class="plain" lang=${e} aria-pressed=${this.words.lang===e} @click=${()=>this.#r(e)}>${e===`en`?`English`:`Deutsch`}</button>`)}</div>`}#f(e){let{say:t}=this.words;return i`<nav aria-label="mass-reply">
        <ul>${Q.map(e=>i`<li><a href=${S(e)} aria-current=${e===this.page?`page`:`false`}>${t(ze[e])}</a></li>`)}</ul>
        <div class="who stack"><div><strong>${e.user?.name??e.key?.name??``}</strong><br class="role" /><span class="soft role">${e.roles.join(`, `)}</span></div>
          ${this.#d()}<button @click=${this.#v}>${t(`sign_out`)}</button></div>
      </nav>
      ${this.renewing?this.#s():_}
      <main @write=${this.#m} @watch=${this.#h} @signed-out=${this.#v}>
        ${this.busy?i`<p class="note" role="status">${t(`busy`,{n:this.busy})}</p>`:_}
        ${this.#p(e)}</main>
      <mass-reply-dialog .getToken=${this.#i} lang=${this.words.lang} @confirmed=${this.#_}></mass-reply-dialog>`}#p(e){let{words:t,place:n}=this;switch(this.page){case`conversations`:return i`<mass-reply-conversations .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-conversations>`;case`mass-replies`:return i`<mass-reply-history .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-history>`;case`accounts`:return i`<mass-reply-accounts .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-accounts>`;case`settings`:return i`<mass-reply-settings .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-settings>`}}#m;#h;#g(e,t){this.dialog.selection=e,this.dialog.massReply=t,this.dialog.show()}#_(e){this.renderRoot.querySelector(`mass-reply-conversations`)?.done(e.detail.id,e.detail.count)}#v};c([s()],$.prototype,`me`,void 0),c([s()],$.prototype,`refused`,void 0),c([s()],$.prototype,`page`,void 0),c([s()],$.prototype,`place`,void 0),c([s()],$.prototype,`words`,void 0),c([y(`mass-reply-dialog`)],$.prototype,`dialog`,void 0),c([s()],$.prototype,`busy`,void 0),c([s()],$.prototype,`renewing`,void 0),$=c([r(`mass-reply-console`)],$);export{$ as Console};